import type { ConnectedBlock, OperationLog } from '@virtualchain/operation-log';
import type { BlockMark } from '../port.ts';

/** The blocks of the branch that a topic ends with, by hash: of each what `keep` keeps of it. */
export async function readLogBranch<Kept>(
  log: OperationLog,
  topic: string,
  keep: (block: ConnectedBlock) => Kept,
): Promise<ReadonlyMap<string, Kept>> {
  const branch = new Map<string, Kept>();
  for await (const { changes } of log.read(topic, { after: null, untilEnd: true })) {
    for (const change of changes) {
      if (change.kind === 'connected') branch.set(change.event.hash, keep(change));
      else branch.delete(change.event.hash);
    }
  }
  return branch;
}

/** Where the log has a block. */
export function markOf({ event, offset, cursor }: ConnectedBlock): BlockMark {
  const { height, hash, sequence } = event;
  return { height, hash, firstSequence: sequence, firstOffset: offset, cursor };
}
