import { ExpectedError } from '@virtualchain/bitcoin';
import { verifyProjection } from '@virtualchain/projection';
import { type Connection, openLive } from '../connection.ts';
import { endProgress, print, printProgress } from '../output.ts';

/** The projection is not what its operations make. */
export class VerifyFailed extends ExpectedError {
  override readonly name = 'VerifyFailed';
  readonly code = 'VERIFY_FAILED';
  readonly remedy = 'halt';
}

/** `vchain verify <machine>`: recomputes every hash from the stored operations and rows. */
export async function verify(
  connection: Connection,
  machine: string,
  options: { readonly json: boolean },
): Promise<void> {
  const { projection } = await openLive(connection, machine);
  try {
    const verified = await verifyProjection(projection, {
      onProgress: (height, to) => printProgress(`verified ${height} of ${to}`),
    });
    endProgress();
    const wrong = verified.disagreements[0];
    if (options.json)
      print(JSON.stringify({ machine, schema: projection.schema, ...verified, ok: wrong === undefined }));
    else if (wrong === undefined) {
      print(
        `${projection.schema}: heights ${verified.from} to ${verified.to}, ${verified.blocks} blocks, ${verified.operations} operations: all hashes agree`,
      );
    } else {
      for (const { height, what, stored, computed } of verified.disagreements)
        print(`height ${height}: ${what}: stored ${stored}, computed ${computed}`);
    }
    if (wrong !== undefined)
      throw new VerifyFailed(
        `${projection.schema} disagrees with itself from height ${wrong.height} on (${wrong.what}); run: vchain rebuild ${machine}`,
      );
  } finally {
    await projection.close();
  }
}
