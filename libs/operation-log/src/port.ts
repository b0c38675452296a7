import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type { BlockConnected, BlockDisconnected, LogEvent, OperationEvent, Unplaced } from '@virtualchain/protocol';

/** One record as the broker keeps it. */
export interface LogRecord {
  readonly offset: bigint;
  readonly value: Uint8Array;
  /** What the value holds, once it was read: a broker in memory hands out the same record again and again. */
  event?: LogEvent;
}

/**
 * Where a reader stands: after the record `sequence` at `offset` of log `log`. `height` and `hash` name the newest
 * whole block of the branch there, or are null before the first.
 */
export interface Cursor {
  readonly log: string;
  readonly epoch: number;
  readonly writer: string;
  readonly sequence: number;
  readonly offset: bigint;
  readonly height: Height | null;
  readonly hash: BlockHash | null;
}

/** A whole block of the log: its operations are all there, in transaction order, and their digest fits. */
export interface ConnectedBlock {
  readonly kind: 'connected';
  readonly event: BlockConnected;
  readonly operations: readonly OperationEvent[];
  /** The value bytes of each operation record, as published. */
  readonly operationBytes: readonly Uint8Array[];
  /** Offset of the `block.connected` record. */
  readonly offset: bigint;
  /** Where the reader stands after it. */
  readonly cursor: Cursor;
}

/** The newest block of the branch, which is taken back: its event, where that stands, and the cursor behind it. */
export interface DisconnectedBlock {
  readonly kind: 'disconnected';
  readonly event: BlockDisconnected;
  readonly offset: bigint;
  readonly cursor: Cursor;
}

/** What a reader hands on: whole blocks only, duplicates gone, stale epochs skipped. */
export type LogChange = ConnectedBlock | DisconnectedBlock;

/** A block of the branch, as the log's own records tell it. */
export interface BranchBlock {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly previousHash: BlockHash;
  /** Cumulative from the chain's first block, that block included. */
  readonly work: bigint;
  readonly sequence: number;
  readonly offset: bigint;
}

/** Where a log stands: what a writer finds after it fenced its predecessors, and what it left there since. */
export interface LogTail {
  readonly log: string;
  readonly epoch: number;
  /** Sequence of the newest record that counts. */
  readonly sequence: number;
  /** Newest whole block of the branch, null when there is none. */
  readonly block: BranchBlock | null;
}

/** What a writer is asked to publish, in order. */
export type LogEntry =
  | {
      readonly kind: 'connect';
      readonly block: Omit<Unplaced<BlockConnected>, 'type' | 'operationCount' | 'digest' | 'work'> &
        Pick<BranchBlock, 'work'>;
      readonly operations: readonly Unplaced<OperationEvent>[];
    }
  | { readonly kind: 'disconnect'; readonly block: Omit<Unplaced<BlockDisconnected>, 'type'> };

/** Who the log belongs to; written into `log.created`, and compared with it. */
export interface LogIdentity {
  readonly topic: string;
  readonly network: string;
  readonly chain: string;
  readonly magic: string;
  readonly firstBlock: Height;
}

/**
 * The one writer of a topic, from its fence on. After any error it is spent: close it and open another, which fences
 * and reads the tail again.
 */
export interface LogWriter extends AsyncDisposable {
  /** Random id of this writer, as its `writer.started` tells it. */
  readonly writer: string;
  readonly tail: LogTail;
  /**
   * Publishes whole entries in one transaction; resolves when the broker has committed it. One call at a time.
   *
   * @throws EventTooLarge before anything is written; WriterFenced, WriterStalled, BrokerUnavailable and others, after
   * which the writer is spent.
   */
  append(entries: readonly LogEntry[]): Promise<LogTail>;
  /**
   * Looks whether the log still reaches as far as it did: a topic may be deleted, or cut, under a writer that has nothing
   * to write.
   *
   * @throws TopicMissing, LogTruncated, BrokerUnavailable, after which the writer is spent.
   */
  check(): Promise<void>;
  /** The branch backwards from its newest whole block to the first, read from the log itself. */
  branch(): AsyncIterable<BranchBlock>;
  close(): Promise<void>;
}

/** A block that the reader of a log keeps, and the sequences of its records. */
export interface KnownBlock {
  readonly fromSequence: number;
  readonly toSequence: number;
  readonly hash: BlockHash;
}

/** From where a log is read, and when that ends. */
export interface ReadOptions {
  /** Continue after it; from the first record when null. */
  readonly after: Cursor | null;
  /** What the consumer keeps from before the cursor, oldest first: tells a repeated record from a fork. */
  readonly known?: readonly KnownBlock[];
  /** Ends the iteration without an error. */
  readonly signal?: AbortSignal;
  /** End at the stable end of the log instead of waiting for more. */
  readonly untilEnd?: boolean;
  /** About how many bytes, compressed, one fetch answers with. All that a fetch brought is in memory until it is handed on. */
  readonly fetchBytes?: number;
}

/** What was handed on at once: the blocks of one fetch, never none, unless `atEnd` changed. */
export interface LogBatch {
  readonly changes: readonly LogChange[];
  /** Last stable offset seen by the fetch: the next offset a new record could take. */
  readonly endOffset: bigint;
  /** True when nothing committed is left to read for now. */
  readonly atEnd: boolean;
}

/** The port of the Kafka client. Two adapters: kafkajs, and memory. One contract suite over both. */
export interface OperationLog extends AsyncDisposable {
  /** Creates the topic with the settings of the contract, or checks them. Never creates it by accident elsewhere. */
  ensureTopic(topic: string): Promise<void>;
  /** Fences, reads the tail, writes `log.created` where the topic is empty, and `writer.started`. */
  openWriter(identity: LogIdentity): Promise<LogWriter>;
  /**
   * Pulls: one fetch ahead of its consumer, no more. A cursor is verified first: the record it names must be there.
   *
   * @throws LogForked, LogTruncated (rewind); LogReplaced, SequenceGap, ParentMismatch, DigestMismatch, RecordInvalid
   * (halt); TopicMissing, BrokerUnavailable (retry).
   */
  read(topic: string, options: ReadOptions): AsyncIterable<LogBatch>;
  /** Newest records that count, without joining a group; null for an empty topic. */
  tail(topic: string): Promise<(LogTail & { readonly endOffset: bigint }) | null>;
  /** The branch backwards from its newest whole block to the first, read from the log itself. Fences nobody. */
  branch(topic: string): AsyncIterable<BranchBlock>;
  /** Who the log says it belongs to; null for an empty topic. */
  identity(topic: string): Promise<(LogIdentity & { readonly log: string }) | null>;
  /** The record at `offset`, or the next committed one; null past the end. For rewinds and verification. */
  recordAt(topic: string, offset: bigint): Promise<{ readonly offset: bigint; readonly event: LogEvent } | null>;
  /** A hint for lag tools: what the group has behind it. Correctness never rests on it. */
  commitHint(topic: string, group: string, nextOffset: bigint): Promise<void>;
  close(): Promise<void>;
}
