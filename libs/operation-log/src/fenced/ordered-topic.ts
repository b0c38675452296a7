import type { Broker, OutgoingRecord } from '../broker.ts';
import { EventTooLarge } from '../errors.ts';
import { EVENT_BYTES_MAX, SEND_BYTES_MAX, STEP_GROWTH, STEP_RECORDS_FIRST, STEP_WAIT_MS } from '../limits.ts';
import type { LogRecord } from '../port.ts';
import { splitBySize } from '../record/records.ts';
import { FencedTopic } from './fenced-topic.ts';

/** The one writer of a topic whose records say themselves where they stand: what is written next follows from the last one. */
export interface OrderedTopic extends AsyncDisposable {
  /** The newest record when it was opened; null in an empty topic. Nobody else writes behind it any more. */
  readonly last: LogRecord | null;
  /**
   * Writes records in one transaction, in order. After any error it is spent: whoever opens it anew finds in `last` whether they were
   * written.
   *
   * @throws EventTooLarge before anything is written; LogTruncated, WriterFenced, WriterStalled, WriterSpent, BrokerUnavailable
   */
  append(records: readonly OutgoingRecord[]): Promise<void>;
}

/**
 * Opens a topic for its one writer, and makes it where it is not there. The fence comes first, so that nothing of an older writer can be
 * committed any more; only then the end is read.
 *
 * @throws TopicMisconfigured, BrokerRefused, BrokerUnavailable, WriterStalled
 */
export async function openOrderedTopic(broker: Broker, topic: string, transactionalId: string): Promise<OrderedTopic> {
  await broker.ensureTopic(topic);
  const fenced = new FencedTopic(topic, await broker.fence(topic, transactionalId));
  try {
    const last = await fenced.write(async () => {
      const { stable } = await broker.offsets(topic);
      fenced.reached = stable - 1n;
      return readLast(broker, topic);
    });
    return {
      last,
      async append(records) {
        fenced.refuseSpent();
        for (const { type, key, value } of records)
          if (value.length > EVENT_BYTES_MAX)
            throw new EventTooLarge(topic, `${type} of block ${key}`, value.length, EVENT_BYTES_MAX);
        await fenced.write(() => fenced.transact(splitBySize(records, SEND_BYTES_MAX)));
      },
      [Symbol.asyncDispose]: () => fenced.close(),
    };
  } catch (error) {
    await fenced.close();
    throw error;
  }
}

/** The newest committed record: what ends transactions, and what was aborted, has offsets of its own behind it. */
async function readLast(broker: Broker, topic: string): Promise<LogRecord | null> {
  const { earliest, stable } = await broker.offsets(topic);
  for (let [end, step] = [stable, STEP_RECORDS_FIRST]; end > earliest; step *= STEP_GROWTH) {
    const start = end - earliest > step ? end - step : earliest;
    let last: LogRecord | null = null;
    for (let offset = start; offset < end; ) {
      const { records, nextOffset } = await broker.fetch(topic, offset, { maxWaitMs: STEP_WAIT_MS });
      last = records.findLast((record) => record.offset < end) ?? last;
      if (nextOffset <= offset) break;
      offset = nextOffset;
    }
    if (last !== null) return last;
    end = start;
  }
  return null;
}
