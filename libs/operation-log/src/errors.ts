import type { BlockHash } from '@virtualchain/bitcoin';
import { ExpectedError, errorText, type Remedy } from '@virtualchain/kernel';

/** Base of the failures that a log's records show to whoever reads them. `offset` is where it was seen. */
abstract class LogFault extends ExpectedError {
  readonly topic: string;
  readonly offset: bigint | null;
  constructor(topic: string, offset: bigint | null, message: string) {
    super(`${topic}${offset === null ? '' : ` at offset ${offset}`}: ${message}`);
    this.topic = topic;
    this.offset = offset;
  }
}

/**
 * The log says something else than it said before where we stand: another writer, another block, or another record.
 * The reader goes back to the newest block that it shares with the log, or stops; which, is its own choice.
 */
export class LogForked extends LogFault {
  override readonly name = 'LogForked';
  readonly code = 'LOG_FORKED';
  readonly remedy: Remedy = 'rewind';
}

/** The log ends before the place where we stand: its tail was cut off. What is missing may be published again. */
export class LogTruncated extends LogFault {
  override readonly name = 'LogTruncated';
  readonly code = 'LOG_TRUNCATED';
  readonly remedy: Remedy = 'rewind';
}

/** @throws LogTruncated when a send landed at or below an offset that the log had reached before. */
export function refuseLostTail(topic: string, landed: bigint, above: bigint): void {
  if (landed <= above) throw new LogTruncated(topic, landed, `it had reached ${above} before: its tail is gone`);
}

/** The topic holds another log than the one we followed: it was created again, or the name was given to another chain. */
export class LogReplaced extends LogFault {
  override readonly name = 'LogReplaced';
  readonly code = 'LOG_REPLACED';
  readonly remedy: Remedy = 'halt';
}

/** A sequence number is missing. Reading on would lose a record. */
export class SequenceGap extends LogFault {
  override readonly name = 'SequenceGap';
  readonly code = 'SEQUENCE_GAP';
  readonly remedy: Remedy = 'halt';
  readonly expected: number;
  readonly found: number;
  constructor(topic: string, offset: bigint | null, expected: number, found: number) {
    super(topic, offset, `expected sequence ${expected}, found ${found}`);
    this.expected = expected;
    this.found = found;
  }
}

/** A block is connected to, or disconnected from, another block than the newest of the branch. */
export class ParentMismatch extends LogFault {
  override readonly name = 'ParentMismatch';
  readonly code = 'PARENT_MISMATCH';
  readonly remedy: Remedy = 'halt';
}

/** The operations of a block are not the ones that the block announced. */
export class DigestMismatch extends LogFault {
  override readonly name = 'DigestMismatch';
  readonly code = 'DIGEST_MISMATCH';
  readonly remedy: Remedy = 'halt';
  readonly block: BlockHash;
  constructor(topic: string, offset: bigint, block: BlockHash) {
    super(topic, offset, `the operations of block ${block} do not have the digest that it announced`);
    this.block = block;
  }
}

/** A record that is no event of the contract, or not in its place. */
export class RecordInvalid extends LogFault {
  override readonly name = 'RecordInvalid';
  readonly code = 'RECORD_INVALID';
  readonly remedy: Remedy = 'halt';
}

/** The topic does not exist, or not yet. Only `ensureTopic` creates it. */
export class TopicMissing extends ExpectedError {
  override readonly name = 'TopicMissing';
  readonly code = 'TOPIC_MISSING';
  readonly remedy: Remedy = 'retry';
  constructor(topic: string) {
    super(`topic ${topic} does not exist; the ingester creates it`);
  }
}

/** The topic exists with settings that could lose or refuse records. */
export class TopicMisconfigured extends ExpectedError {
  override readonly name = 'TopicMisconfigured';
  readonly code = 'TOPIC_MISCONFIGURED';
  readonly remedy: Remedy = 'halt';
  readonly differences: readonly string[];
  constructor(topic: string, differences: readonly string[]) {
    super(
      `topic ${topic} is not as the contract of the log wants it: ${differences.join('; ')}. ` +
        'Set these with kafka-configs (the number of partitions cannot be reduced: create the topic again) and start again',
    );
    this.differences = differences;
  }
}

/** The topic may lose what was acknowledged when a broker is lost, and the settings ask for one that does not. */
export class TopicNotDurable extends ExpectedError {
  override readonly name = 'TopicNotDurable';
  readonly code = 'TOPIC_NOT_DURABLE';
  readonly remedy: Remedy = 'halt';
  readonly weaknesses: readonly string[];
  constructor(topic: string, weaknesses: readonly string[]) {
    super(
      `topic ${topic} may lose records with a broker: ${weaknesses.join('; ')}. Set these with kafka-configs and ` +
        'kafka-reassign-partitions, or set VCHAIN_LOG_DURABILITY to warn where the log may be derived again from Bitcoin',
    );
    this.weaknesses = weaknesses;
  }
}

/** The tables of a log in Postgres are those of another version of virtualchain. */
export class LogLayoutDiffers extends ExpectedError {
  override readonly name = 'LogLayoutDiffers';
  readonly code = 'LOG_LAYOUT_DIFFERS';
  readonly remedy: Remedy = 'halt';
  constructor(found: number | null, wanted: number) {
    super(
      `the tables of vchain_log have layout ${found ?? 'unknown'}, this version reads ${wanted}: ` +
        'run the version that made them, or give another database and let the ingester write the log anew',
    );
  }
}

/** The log belongs to another virtual chain, or to the same name with other parameters. */
export class LogIdentityMismatch extends ExpectedError {
  override readonly name = 'LogIdentityMismatch';
  readonly code = 'LOG_IDENTITY_MISMATCH';
  readonly remedy: Remedy = 'halt';
  constructor(topic: string, differences: readonly string[]) {
    super(`topic ${topic} belongs to another chain: ${differences.join('; ')}`);
  }
}

/** Another writer opened after this one; what was being written is void. */
export class WriterFenced extends ExpectedError {
  override readonly name = 'WriterFenced';
  readonly code = 'WRITER_FENCED';
  readonly remedy: Remedy = 'retry';
  constructor(topic: string, cause?: unknown) {
    super(`a newer writer of ${topic} took over`, { cause });
  }
}

/** What keeps the log did not answer in time. Whether the transaction was committed, only the log can tell. */
export class WriterStalled extends ExpectedError {
  override readonly name = 'WriterStalled';
  readonly code = 'WRITER_STALLED';
  readonly remedy: Remedy = 'retry';
  constructor(topic: string, step: string, timeoutMs: number) {
    super(`${step} on ${topic} had no answer within ${timeoutMs} ms`);
  }
}

/** The writer met an error before, or was closed; open a new one, which fences and reads the tail again. */
export class WriterSpent extends ExpectedError {
  override readonly name = 'WriterSpent';
  readonly code = 'WRITER_SPENT';
  readonly remedy: Remedy = 'retry';
  constructor(topic: string) {
    super(`the writer of ${topic} is spent`);
  }
}

/** An event does not fit into one batch of the topic. Nothing of its block was written. */
export class EventTooLarge extends ExpectedError {
  override readonly name = 'EventTooLarge';
  readonly code = 'EVENT_TOO_LARGE';
  readonly remedy: Remedy = 'halt';
  constructor(topic: string, what: string, bytes: number, bytesMax: number) {
    super(`${what} takes ${bytes} bytes, ${topic} allows ${bytesMax}`);
  }
}

/** What keeps the log, Kafka or Postgres, cannot be reached, or refused for a while. */
export class BrokerUnavailable extends ExpectedError {
  override readonly name = 'BrokerUnavailable';
  readonly code = 'BROKER_UNAVAILABLE';
  readonly remedy: Remedy = 'retry';
  constructor(topic: string, cause: unknown, keeper = 'the broker') {
    super(`no answer from ${keeper} for ${topic}: ${errorText(cause)}`, { cause });
  }
}

/** What keeps the log, Kafka or Postgres, refused a request, and will refuse it again. */
export class BrokerRefused extends ExpectedError {
  override readonly name = 'BrokerRefused';
  readonly code = 'BROKER_REFUSED';
  readonly remedy: Remedy = 'halt';
  constructor(topic: string, cause: unknown, help?: string) {
    super(`the log ${topic} was refused: ${errorText(cause)}${help === undefined ? '' : `; ${help}`}`, { cause });
  }
}

/** Batches are compressed with zstd, which this version of Node does not have. */
export class ZstdMissing extends ExpectedError {
  override readonly name = 'ZstdMissing';
  readonly code = 'ZSTD_MISSING';
  readonly remedy: Remedy = 'halt';
  constructor(nodeVersion: string) {
    super(`Node ${nodeVersion} has no zstd, which the log is compressed with: run on Node 22.15, 23.8 or newer`);
  }
}

/** The asked offset lies outside of what the topic holds. The reader turns it into a fault with a reason. */
export class OffsetOutOfRange extends ExpectedError {
  override readonly name = 'OffsetOutOfRange';
  readonly code = 'OFFSET_OUT_OF_RANGE';
  readonly remedy: Remedy = 'rewind';
  constructor(topic: string, offset: bigint) {
    super(`${topic} does not reach from or to offset ${offset}`);
  }
}
