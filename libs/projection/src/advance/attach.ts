import type { OperationLog } from '@virtualchain/operation-log';
import { NoCommonBlock } from '../errors.ts';
import type { BlockMark, Projection } from '../port.ts';
import { markOf, readLogBranch } from './log-branch.ts';

/**
 * Stands a projection on the log that a topic holds now: finds its blocks on the branch of that log by their hashes, and
 * takes back those which the branch does not have.
 *
 * @throws NoCommonBlock when the log has none of them.
 */
export async function attachProjection(
  log: OperationLog,
  topic: string,
  projection: Projection,
): Promise<BlockMark | null> {
  const identity = await log.identity(topic);
  if (identity === null) throw new NoCommonBlock(projection.schema, topic);
  const branch = await readLogBranch(log, topic, markOf);
  const places: BlockMark[] = [];
  let ours = 0;
  for await (const { height, hash } of projection.marks()) {
    ours++;
    const there = branch.get(hash);
    if (there?.height === height) places.push(there);
  }
  if (ours > 0 && places.length === 0) throw new NoCommonBlock(projection.schema, topic);
  places.reverse();
  await projection.attach(identity.log, places);
  return places.at(-1) ?? null;
}
