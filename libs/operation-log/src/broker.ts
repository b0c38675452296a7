import type { LogRecord } from './port.ts';

/** A record on its way to the broker. */
export interface OutgoingRecord {
  /** Decimal digits. */
  readonly key: string;
  readonly value: Uint8Array;
  /** What the headers tell of the event, as CloudEvents has it: its type, its id, and when it was made (ISO 8601). */
  readonly type: string;
  readonly id: string;
  readonly time: string;
}

/** What one fetch found: committed records only, in order. Offsets may have holes. */
export interface Fetched {
  readonly records: readonly LogRecord[];
  /** Where the next fetch goes on: past everything this one covered, aborted records included. */
  readonly nextOffset: bigint;
  /** Last stable offset: everything below it is decided. */
  readonly stableOffset: bigint;
}

/** How long one fetch waits, in milliseconds, and how much it brings, in bytes. */
export interface FetchOptions {
  /** How long the broker may wait for something new. */
  readonly maxWaitMs: number;
  /** About how much to answer with; one record always passes. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** A producer that fenced every older one of its transactional id. After an error it is spent. */
export interface FencedProducer {
  /**
   * Sends the batches one after another in one transaction, commits, and waits until readers can see it. They have to
   * land above the offset `above`, the last one that the caller knows of: a log that lost its tail meanwhile, or was
   * created again, would otherwise go on with a gap that nothing can close.
   *
   * @returns the offset of the first record of each batch.
   * @throws LogTruncated, WriterFenced, WriterStalled, BrokerUnavailable; nothing is committed after a failed send.
   */
  transact(batches: readonly (readonly OutgoingRecord[])[], above: bigint): Promise<readonly bigint[]>;
  close(): Promise<void>;
}

/**
 * What the operation log needs of a broker; one partition per topic. Two of them: Kafka, and memory. Everything that
 * the contract of the log says stands above this line and is the same for both.
 */
export interface Broker {
  /** Creates the topic with the settings of the contract, or checks them. @throws TopicMisconfigured */
  ensureTopic(topic: string): Promise<void>;
  /** @throws TopicMissing, OffsetOutOfRange, BrokerUnavailable */
  fetch(topic: string, offset: bigint, options: FetchOptions): Promise<Fetched>;
  /** First offset the topic still has, and its last stable offset. @throws TopicMissing */
  offsets(topic: string): Promise<{ readonly earliest: bigint; readonly stable: bigint }>;
  /** Makes a new producer, and fences its predecessors before it resolves. */
  fence(topic: string, transactionalId: string): Promise<FencedProducer>;
  commitOffset(topic: string, group: string, nextOffset: bigint): Promise<void>;
  close(): Promise<void>;
}
