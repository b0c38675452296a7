import type { OperationLog } from '@virtualchain/operation-log';
import type { BlockMark, Projection } from '../port.ts';

/**
 * The newest block of the projection that the log still has at the same place: its `block.connected` and its last record.
 * Null when the log has none of them: the fold begins again.
 *
 * @throws LogReplaced when the topic holds another log.
 */
export async function findCommonBlock(
  log: OperationLog,
  topic: string,
  projection: Projection,
): Promise<{ readonly block: BlockMark | null }> {
  const { cursor } = await projection.checkpoint();
  const identity = await log.identity(topic);
  if (cursor !== null && identity?.log !== cursor.log) {
    const { LogReplaced } = await import('@virtualchain/operation-log'); // who only reads does without the Kafka client
    throw new LogReplaced(
      topic,
      null,
      `the topic holds log ${identity?.log ?? 'nothing'}, the projection is of log ${cursor.log}`,
    );
  }
  for await (const mark of projection.marks()) {
    if (await isOnLog(log, topic, mark)) return { block: mark };
  }
  return { block: null };
}

async function isOnLog(log: OperationLog, topic: string, mark: BlockMark): Promise<boolean> {
  const first = await log.recordAt(topic, mark.firstOffset);
  if (first === null || first.offset !== mark.firstOffset) return false;
  const { event } = first;
  if (event.type !== 'block.connected' || event.hash !== mark.hash || event.sequence !== mark.firstSequence)
    return false;
  const last = await log.recordAt(topic, mark.cursor.offset);
  return (
    last !== null &&
    last.offset === mark.cursor.offset &&
    last.event.sequence === mark.cursor.sequence &&
    last.event.epoch === mark.cursor.epoch
  );
}
