import type { LogBatch, LogChange } from '@virtualchain/operation-log';
import { REBUILD_BATCH_BYTES_MAX, REBUILD_BATCH_CHANGES_MAX } from '../limits.ts';

/**
 * The changes of a log in batches as large as a transaction should be, however small the portions are in which the log hands
 * them on: a few times the bytes of a record are in memory while it is folded. The next batch is read while one is written.
 */
export async function* gathered(batches: AsyncIterable<LogBatch>): AsyncGenerator<readonly LogChange[]> {
  const merged = merge(batches);
  const ask = (): Promise<IteratorResult<readonly LogChange[]>> => {
    const asked = merged.next();
    asked.catch(() => undefined); // a failure is met where it is awaited
    return asked;
  };
  try {
    let next = await ask();
    while (next.done !== true) {
      const ahead = ask();
      yield next.value;
      next = await ahead;
    }
  } finally {
    await merged.return(undefined);
  }
}

async function* merge(batches: AsyncIterable<LogBatch>): AsyncGenerator<readonly LogChange[], undefined, undefined> {
  let gatheredChanges: LogChange[] = [];
  let bytes = 0;
  for await (const { changes, atEnd } of batches) {
    for (const change of changes) {
      gatheredChanges.push(change);
      bytes += bytesOf(change);
      if (bytes < REBUILD_BATCH_BYTES_MAX && gatheredChanges.length < REBUILD_BATCH_CHANGES_MAX) continue;
      yield gatheredChanges;
      [gatheredChanges, bytes] = [[], 0];
    }
    if (!atEnd || gatheredChanges.length === 0) continue;
    yield gatheredChanges;
    [gatheredChanges, bytes] = [[], 0];
  }
  if (gatheredChanges.length > 0) yield gatheredChanges;
}

function bytesOf(change: LogChange): number {
  if (change.kind === 'disconnected') return 0;
  return change.operationBytes.reduce((sum, { length }) => sum + length, 0);
}
