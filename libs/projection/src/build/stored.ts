import type { FoldedBlock, FoldedTransition } from '@virtualchain/machine';
import type { ConnectedBlock } from '@virtualchain/operation-log';
import type { VerdictCounts } from '../port.ts';

/** An operation as a build keeps it. */
export interface StoredOperation {
  readonly height: number;
  readonly position: number;
  /** Hex. */
  readonly txid: string;
  readonly transactionIndex: number;
  readonly opcode: string | null;
  /** A number that no verdict has is shown as it is. */
  readonly verdict: string;
  /** Why it was rejected or ignored. */
  readonly code: string | null;
  /** The same in words. */
  readonly detail: string | null;
}

/** The records of a block by position, as far as they can be read. */
export interface BlockRecords {
  readonly values: ReadonlyMap<number, Uint8Array>;
  /** Why some cannot be read, null where all can. */
  readonly problem: string | null;
}

/** A transition as a build keeps it. */
export interface StoredTransition extends FoldedTransition {
  readonly height: number;
}

/** A block of the log with what is written of it; `folded` is null below the machine's first block. */
export interface WrittenBlock {
  readonly change: ConnectedBlock;
  readonly folded: WrittenFold | null;
}

/**
 * What is written of what the fold made of a block. A run holds that of all its blocks until it is written: it is no more than
 * that takes, in lists of plain values, since every object that lives as long is moved by each collection of garbage.
 */
export interface WrittenFold
  extends Pick<
    FoldedBlock,
    'block' | 'changes' | 'transitions' | 'opsHash' | 'consensusHash' | 'collectionHashes' | 'changesHash'
  > {
  readonly verdicts: VerdictCounts;
  readonly operations: OperationColumns;
  readonly parties: readonly PartyRow[];
  /** What the feed keeps of the rows, compressed. Null where nothing changed. */
  readonly feedChanges: Uint8Array | null;
}

/** The columns of `stored_operations`, a value an operation. */
export interface OperationColumns {
  readonly height: readonly number[];
  readonly position: readonly number[];
  readonly transaction_index: readonly number[];
  readonly party: readonly (number | null)[];
  readonly verdict: readonly number[];
  readonly txid: readonly string[];
  readonly opcode: readonly (string | null)[];
  readonly reason: readonly (string | null)[];
  readonly changed_keys: readonly string[];
}

/** A row of `stored_parties`. */
export interface PartyRow {
  readonly party: number;
  readonly height: number;
  readonly position: number;
}
