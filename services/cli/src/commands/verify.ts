import { ExpectedError } from '@virtualchain/kernel';
import { type Verified, verifyFromLog, verifyProjection } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openLive } from '../machine-of.ts';
import { endProgress, print, printProgress } from '../output.ts';
import { parseTrust, wholeNumber } from '../values.ts';

/** The projection is not what its operations make. */
class VerifyFailed extends ExpectedError {
  override readonly name = 'VerifyFailed';
  readonly code = 'VERIFY_FAILED';
  readonly remedy = 'halt';
}

export interface VerifyCommandOptions {
  readonly json: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly trust?: readonly string[];
  /** Fold the log instead of the stored operations. */
  readonly log?: boolean;
}

/** `vchain verify <machine>`: recomputes every hash, from the stored operations and rows, or from the log. */
export async function verify(connection: Connection, machine: string, options: VerifyCommandOptions): Promise<void> {
  await using live = await openLive(connection, machine);
  const { instance, projection } = live;
  const trust = parseTrust(options.trust ?? []);
  const from = options.from === undefined ? {} : { from: wholeNumber('--from', options.from) };
  const to = options.to === undefined ? {} : { to: wholeNumber('--to', options.to) };
  let verified: Verified;
  if (options.log === true) {
    await using log = await openLog(connection);
    const onProgress = (height: number): void => printProgress(`folded ${height}`);
    verified = await verifyFromLog(projection, log, topicOf(connection, instance.chain), {
      ...from,
      trust,
      onProgress,
    });
  } else {
    const onProgress = (height: number, top: number): void => printProgress(`verified ${height} of ${top}`);
    verified = await verifyProjection(projection, { ...from, ...to, trust, onProgress });
  }
  endProgress();
  report(projection.schema, machine, verified, options.json);
}

function report(schema: string, machine: string, verified: Verified, asJson: boolean): void {
  const wrong = verified.disagreements[0];
  if (asJson) print(JSON.stringify({ machine, schema, ...verified, ok: wrong === undefined }));
  else if (wrong === undefined) {
    const { from, to, blocks, operations } = verified;
    print(`${schema}: heights ${from} to ${to}, ${blocks} blocks, ${operations} operations: all hashes agree`);
  } else {
    for (const { height, what, stored, computed } of verified.disagreements) {
      print(`height ${height}: ${what}: stored ${stored}, computed ${computed}`);
    }
  }
  if (wrong !== undefined) {
    throw new VerifyFailed(
      `${schema} does not agree from height ${wrong.height} on (${wrong.what}); run: vchain rebuild ${machine}`,
    );
  }
}
