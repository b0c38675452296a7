import { ExpectedError } from '@virtualchain/kernel';
import {
  HeightOutOfRange,
  type PostgresProjection,
  TRUSTED,
  type Verified,
  verifyFromLog,
  verifyProjection,
} from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { openLive } from '../machine-of.ts';
import { endProgress, print, printProgress } from '../output.ts';
import { heightOf, parseTrust, QueryInvalid } from '../values.ts';

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

interface Range {
  readonly from: { readonly from?: number };
  readonly to: { readonly to?: number };
}

/** The heights to verify, as options of it. @throws QueryInvalid */
function rangeOf({ from, to, log }: VerifyCommandOptions): Range {
  if (log === true && to !== undefined)
    throw new QueryInvalid('--to is not for --log, which is folded up to its end; leave one of them out');
  const range = {
    from: from === undefined ? {} : { from: heightOf('--from', from) },
    to: to === undefined ? {} : { to: heightOf('--to', to) },
  };
  if (range.from.from !== undefined && range.to.to !== undefined && range.from.from > range.to.to)
    throw new QueryInvalid(`--from ${from} --to ${to}: no height is in between; give --from a height up to --to`);
  return range;
}

/**
 * What is not there would count as verified: heights above the newest block, and ends below the first one.
 *
 * @throws HeightOutOfRange
 */
async function refuseOutside(
  projection: PostgresProjection,
  [from, to]: readonly [from: number | undefined, to: number | undefined],
): Promise<void> {
  const { machine } = projection;
  const top = (await projection.checkpoint()).cursor?.height ?? machine.firstBlock - 1;
  const outside = from !== undefined && from > top ? from : to;
  if (outside !== undefined && (outside > top || outside < machine.firstBlock))
    throw new HeightOutOfRange(machine.name, outside, machine.firstBlock, top);
}

/** `vchain verify <machine>`: recomputes every hash, from the stored operations and rows, or from the log. */
export async function verify(connection: Connection, machine: string, options: VerifyCommandOptions): Promise<void> {
  const trust = parseTrust(options.trust ?? []);
  const { from, to } = rangeOf(options);
  await using live = await openLive(connection, machine);
  const { instance, projection } = live;
  await refuseOutside(projection, [from.from, to.to]);
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
      print(`height ${height}: ${what}: ${what === TRUSTED ? 'trusted' : 'stored'} ${stored}, computed ${computed}`);
    }
  }
  if (wrong === undefined) return;
  const isOnlyTrust = verified.disagreements.every(({ what }) => what === TRUSTED);
  throw new VerifyFailed(
    isOnlyTrust
      ? `${schema} agrees with itself up to height ${wrong.height}, and does not have the hash that is trusted there; check that hash and whom it is from: a rebuild of the same log does not change it`
      : `${schema} does not agree from height ${wrong.height} on (${wrong.what}); run: vchain rebuild ${machine}`,
  );
}
