import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type { AnyStateMachine } from '@virtualchain/machine';
import type { Cursor, LogChange } from '@virtualchain/operation-log';

/** `faulted`: stopped at a fault until it is resumed. */
export type ProjectionStatus = 'running' | 'faulted';

/** Why a projection stopped, and where: a stable code, and what is known of the place. */
export interface Fault {
  readonly code: string;
  readonly message: string;
  readonly height: number | null;
  readonly txid: string | null;
  readonly sequence: number | null;
}

/** Where a projection stands: in the log (`cursor`, null before the first record), in its feed, and whether it runs. */
export interface Checkpoint {
  readonly cursor: Cursor | null;
  readonly feedPosition: number;
  readonly status: ProjectionStatus;
  readonly fault: Fault | null;
}

/** Before the first record of a log. */
export function startOf(log: string): Cursor {
  return { log, epoch: 0, writer: '', sequence: 0, offset: -1n, height: null, hash: null };
}

/** A block of the projection, and where the log has it. */
export interface BlockMark {
  readonly height: Height;
  readonly hash: BlockHash;
  /** Sequence and offset of its `block.connected`. */
  readonly firstSequence: number;
  readonly firstOffset: bigint;
  /** Where a reader stands after the block. */
  readonly cursor: Cursor;
}

/** How many operations ended how. */
export interface VerdictCounts {
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** What one advance went through. */
export interface Advanced {
  readonly blocks: number;
  readonly disconnected: number;
  readonly operations: number;
  /** Of the operations that were folded; those below a machine's first block are not. */
  readonly verdicts: VerdictCounts;
  readonly checkpoint: Checkpoint;
}

/**
 * One machine's state as a projector sees it. Two adapters, Postgres and memory, under one contract suite. Every write
 * is whole or did not happen; after an error the checkpoint is read again.
 */
export interface Projection extends AsyncDisposable {
  /** Names it in logs and errors. */
  readonly schema: string;
  readonly machine: AnyStateMachine;
  /** Where it stands, read again at each call. */
  checkpoint(): Promise<Checkpoint>;
  /**
   * Folds what follows the checkpoint, in one transaction.
   *
   * @throws CheckpointMoved, NotNext, ForeignLog, DatabaseUnavailable, and the fold's errors.
   */
  advance(changes: readonly LogChange[]): Promise<Advanced>;
  /** Blocks of the branch, newest first, a page at a time. */
  marks(): AsyncIterable<BlockMark>;
  /** Takes the state back to a block that the log still has, null for before the first. */
  rewind(to: BlockMark | null): Promise<void>;
  /**
   * Stands the projection on another log. `places` are the blocks of that log's branch which the projection has too,
   * oldest first: it ends at the last of them, and keeps from then on where that log has each.
   */
  attach(log: string, places: readonly BlockMark[]): Promise<void>;
  /**
   * Says that the projection stopped, and why; `null` says that it goes on. With `from` only if it stands there still:
   * what stopped one projector says nothing of a projection that another one, or an operator, has moved since.
   *
   * @throws CheckpointMoved, DatabaseUnavailable.
   */
  setFault(fault: Fault | null, from?: Checkpoint): Promise<void>;
  close(): Promise<void>;
}
