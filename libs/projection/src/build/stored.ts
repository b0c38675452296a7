import type { FoldedTransition } from '@virtualchain/machine';

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
