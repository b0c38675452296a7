import type { ConsensusHash, OpsHash } from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import type { FeedChange } from '../../build/feed/changes.ts';

/** What every entry of a feed says: its place in the feed, the block that it is about, and the rows that it changed. */
interface EntryBase {
  readonly position: number;
  readonly height: number;
  readonly blockHash: string;
  /** In order; who puts every `after` in its place has the state. */
  readonly changes: readonly FeedChange[];
}

/** A block that the state went through began; what `openBlock` changed. */
export interface BlockOpened extends EntryBase {
  readonly kind: 'block.opened';
  readonly previousHash: string;
  /** As its header says, Unix seconds. */
  readonly time: number;
}

/** An operation as the log has it, without what is the log's own. */
export type FeedOperation = Omit<OperationEvent, 'type' | 'schema' | 'log' | 'epoch' | 'sequence'>;

/** An operation was judged. */
export interface OperationJudged extends EntryBase {
  readonly kind: 'operation.accepted' | 'operation.rejected' | 'operation.ignored';
  /** Why it was not accepted. */
  readonly code: string | null;
  readonly detail: string | null;
  readonly operation: FeedOperation;
}

/** A block ended; what `closeBlock` changed. */
export interface BlockSealed extends EntryBase {
  readonly kind: 'block.sealed';
  readonly opsHash: OpsHash;
  readonly consensusHash: ConsensusHash;
  readonly changesHash: string;
}

/** A block was taken back; the changes undo all of it. */
export interface BlockRetracted extends EntryBase {
  readonly kind: 'block.retracted';
}

/** The rows that a machine begins with, one height below the first block that it folds. */
export interface Genesis {
  readonly kind: 'genesis';
  readonly position: 0;
  readonly height: number;
  readonly blockHash: null;
  readonly changes: readonly FeedChange[];
}

/** One entry of a feed. */
export type FeedEntry = Genesis | BlockOpened | OperationJudged | BlockSealed | BlockRetracted;

/** What the feed has of one block that came, or of one that went: all of its entries. */
export interface FeedBlock {
  readonly kind: 'connected' | 'disconnected';
  readonly height: number;
  readonly hash: string;
  /** Of its first entry, and of its last. */
  readonly position: number;
  readonly lastPosition: number;
  /** None for a block that the machine did not fold. */
  readonly entries: readonly Exclude<FeedEntry, Genesis>[];
}
