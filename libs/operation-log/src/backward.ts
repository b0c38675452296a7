import type { LogEvent } from '@virtualchain/protocol';
import type { Broker } from './broker.ts';
import { LogForked, LogTruncated, ParentMismatch, SequenceGap, WriterFenced } from './errors.ts';
import { STEP_GROWTH, STEP_RECORDS_FIRST, STEP_RECORDS_MAX, STEP_WAIT_MS, TRANSACTION_OFFSETS_MAX } from './limits.ts';
import type { BranchBlock, LogTail } from './port.ts';
import { decodeRecord } from './record/event-codec.ts';

/** What walking back needs of a record; an operation's content is let go. */
type Mark = { readonly offset: bigint } & (
  | Exclude<LogEvent, { type: 'operation' }>
  | Pick<Extract<LogEvent, { type: 'operation' }>, 'type' | 'log' | 'epoch' | 'sequence'>
);

/**
 * How it is known which epoch is the newest, so that what an older writer left behind the newer one's records is told
 * from them. A writer knows its own (a number). Who is to open the next one reads back until it is sure (`found-out`).
 * For a hint, what one step back shows is enough (`presumed`).
 */
export type NewestEpoch = number | 'found-out' | 'presumed';

/**
 * The records that count, newest first, from the stable end back to the first.
 *
 * The predecessor of a record has its epoch and the sequence below; that of a `writer.started` has the sequence below
 * and an older epoch. What stands between a record and its predecessor is skipped: an older writer wrote it after it was
 * replaced, or it repeats what stands before it. Which of them is the predecessor is only known once no newer epoch or
 * higher sequence can show up further back, so the records of an epoch are handed on when that is sure.
 *
 * @throws SequenceGap when the log begins before the predecessor was found, LogTruncated when it was created again or cut
 * meanwhile, LogForked when something that was handed on turns out to be stale, WriterFenced when there is a newer epoch
 * than the one that is known.
 */
async function* countingRecords(broker: Broker, topic: string, newest: NewestEpoch): AsyncGenerator<Mark> {
  const { earliest, stable } = await broker.offsets(topic);
  let end = stable;
  let step = STEP_RECORDS_FIRST;
  let tail: Mark | null = null;
  /** Found, newest first; what was handed on is let go, but for the last. */
  let kept: Mark[] = [];
  let handedOn: Mark | null = null;
  while (end > earliest) {
    const reach = end - earliest;
    const start = reach > step ? end - step : earliest;
    const marks = await marksBetween(broker, topic, start, end);
    for (const mark of marks.reverse()) {
      if (handedOn !== null && mark.log !== handedOn.log) throw createdAgain(topic, handedOn);
      if (typeof newest === 'number' && mark.epoch > newest) throw new WriterFenced(topic);
      if (typeof newest === 'number' && kept.length === 0 && mark.epoch < newest) continue;
      if (tail !== null && outranks(mark, tail)) throw handedOnTooEarly(topic, mark, tail);
      if (handedOn !== null && mark.epoch > handedOn.epoch) throw handedOnTooEarly(topic, mark, handedOn);
      let top = kept.at(-1);
      while (top !== undefined && top !== handedOn && outranks(mark, top)) {
        kept.pop();
        top = kept.at(-1);
      }
      if (top === undefined || precedes(mark, top)) kept.push(mark);
    }
    end = start;
    if (step < STEP_RECORDS_MAX) step *= STEP_GROWTH;
    const isInSureEpoch: boolean = newest !== 'found-out' || handedOn !== null;
    const sure = kept.slice(0, end <= earliest ? kept.length : countOfSure(kept, end, isInSureEpoch));
    const found: readonly Mark[] = handedOn === null ? sure : sure.slice(1);
    tail ??= found[0] ?? null;
    yield* found;
    handedOn = found.at(-1) ?? handedOn;
    kept = handedOn === null ? kept : kept.slice(sure.length - 1);
  }
  if (handedOn === null || handedOn.sequence === 1) return;
  const now = await broker.offsets(topic);
  if (now.stable < stable) throw createdAgain(topic, handedOn);
  throw new SequenceGap(topic, handedOn.offset, 1, handedOn.sequence);
}

/**
 * How many of these, newest first, are sure: epochs are opened in order, so nothing newer than an epoch stands before its
 * `writer.started`; and what a replaced writer left behind is no longer than a transaction.
 */
function countOfSure(marks: readonly Mark[], readDownTo: bigint, isFirstEpochSure: boolean): number {
  const opened = marks.findLastIndex(({ type }) => type === 'writer.started');
  if (opened === -1 && isFirstEpochSure) return marks.length;
  const top = marks[opened + 1];
  return top !== undefined && top.offset - readDownTo >= TRANSACTION_OFFSETS_MAX ? marks.length : opened + 1;
}

/** Whether a record that stands further back is nevertheless the newer one. */
function outranks(mark: Mark, standing: Mark): boolean {
  return mark.epoch > standing.epoch || (mark.epoch === standing.epoch && mark.sequence > standing.sequence);
}

/** The topic was deleted, created again or cut while it was read: what was found belongs to a log that is gone. */
function createdAgain(topic: string, { offset }: Mark): LogTruncated {
  return new LogTruncated(topic, offset, 'the topic was created again or cut while it was read; read it again');
}

function handedOnTooEarly(topic: string, mark: Mark, before: Mark): LogForked {
  const placeOf = ({ epoch, sequence }: Mark): string => `sequence ${sequence} of epoch ${epoch}`;
  return new LogForked(topic, mark.offset, `${placeOf(mark)} stands before ${placeOf(before)}`);
}

function precedes(older: Mark, newer: Mark): boolean {
  if (older.sequence !== newer.sequence - 1) return false;
  return newer.type === 'writer.started' ? older.epoch < newer.epoch : older.epoch === newer.epoch;
}

async function marksBetween(broker: Broker, topic: string, start: bigint, end: bigint): Promise<Mark[]> {
  const marks: Mark[] = [];
  let offset = start;
  while (offset < end) {
    const fetched = await broker.fetch(topic, offset, { maxWaitMs: STEP_WAIT_MS });
    for (const record of fetched.records) {
      if (record.offset < end) marks.push(withoutContent(decodeRecord(topic, record), record.offset));
    }
    if (fetched.nextOffset <= offset) break;
    offset = fetched.nextOffset;
  }
  return marks;
}

function withoutContent(event: LogEvent, offset: bigint): Mark {
  if (event.type !== 'operation') return { ...event, offset };
  const { type, log, epoch, sequence } = event;
  return { type, log, epoch, sequence, offset };
}

/**
 * The branch, newest block first, out of records newest first: an unfinished block is void, a disconnected block takes
 * the newest connected one below it along.
 *
 * @throws ParentMismatch when a block is not the parent of the one above it.
 */
async function* blocksOf(topic: string, records: AsyncIterable<Mark>): AsyncGenerator<BranchBlock> {
  let operations = 0;
  let expected: string | null = null;
  const leaving: string[] = [];
  for await (const record of records) {
    if (record.type === 'operation') {
      operations += 1;
      continue;
    }
    const whole = record.type === 'block.connected' && record.operationCount === operations;
    operations = 0;
    if (record.type === 'block.disconnected') leaving.push(record.hash);
    if (record.type !== 'block.connected' || !whole) continue;
    const left = leaving.pop();
    if ((left ?? expected ?? record.hash) !== record.hash) {
      throw new ParentMismatch(topic, record.offset, `found block ${record.hash}, expected ${left ?? expected}`);
    }
    if (left !== undefined) continue;
    expected = record.previousHash;
    yield {
      height: record.height,
      hash: record.hash,
      previousHash: record.previousHash,
      work: BigInt(record.work),
      sequence: record.sequence,
      offset: record.offset,
    };
  }
}

/** The branch backwards from its newest whole block to the first, read from the log itself. */
export function readBranch(broker: Broker, topic: string, newest: NewestEpoch): AsyncGenerator<BranchBlock> {
  return blocksOf(topic, countingRecords(broker, topic, newest));
}

/** Where the log stands at its stable end; null when nothing is committed. */
export async function readTail(broker: Broker, topic: string, newestEpoch: NewestEpoch): Promise<LogTail | null> {
  let newest: Mark | null = null;
  async function* noticeNewest(): AsyncGenerator<Mark> {
    for await (const mark of countingRecords(broker, topic, newestEpoch)) {
      newest ??= mark;
      yield mark;
    }
  }
  let block: BranchBlock | null = null;
  for await (const found of blocksOf(topic, noticeNewest())) {
    block = found;
    break;
  }
  const tail = newest as Mark | null; // assigned inside the generator, which the compiler does not follow
  return tail === null ? null : { log: tail.log, epoch: tail.epoch, sequence: tail.sequence, block };
}
