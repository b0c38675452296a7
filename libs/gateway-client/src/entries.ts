import type { BlockConnected, BlockDisconnected, OperationEvent } from '@virtualchain/protocol';

/** A row, as the answers about collections have it. */
export type Row = Readonly<Record<string, unknown>>;

/** What happened to one row. Applying every `after` in order gives the state. */
export interface RowChange {
  readonly collection: string;
  readonly key: readonly unknown[];
  readonly before: Row | null;
  readonly after: Row | null;
}

interface Placed {
  /** Where this entry stands in the feed: to be stored together with what was made of it, and given as `after`. */
  readonly cursor: string;
  readonly height: number;
  /** In the order in which they happened. */
  readonly changes: readonly RowChange[];
}

/** The rows that a machine begins with; only where the feed is followed from its start. */
export interface GenesisEntry extends Placed {
  readonly kind: 'genesis';
  readonly blockHash: null;
}

/** A block begins, with what the machine does before its operations. */
export interface BlockOpened extends Placed {
  readonly kind: 'block.opened';
  readonly blockHash: string;
  readonly previousHash: string;
  /** Of its header, Unix seconds. */
  readonly time: number;
}

/** An operation and its verdict. */
export interface OperationEntry extends Placed {
  readonly kind: 'operation.accepted' | 'operation.rejected' | 'operation.ignored';
  readonly blockHash: string;
  /** Why it was rejected or ignored. */
  readonly code: string | null;
  readonly detail: string | null;
  /** As the log has it, but for its place there. */
  readonly operation: Omit<OperationEvent, 'type' | 'schema' | 'log' | 'epoch' | 'sequence'>;
}

/** A block is whole, with what the machine does behind its operations, and its hashes. */
export interface BlockSealed extends Placed {
  readonly kind: 'block.sealed';
  readonly blockHash: string;
  readonly opsHash: string;
  readonly consensusHash: string;
  readonly changesHash: string;
}

/** The newest block left the branch: its changes take all of it back. */
export interface BlockRetracted extends Placed {
  readonly kind: 'block.retracted';
  readonly blockHash: string;
}

/** What a machine's feed brings. */
export type FeedEntry = GenesisEntry | BlockOpened | OperationEntry | BlockSealed | BlockRetracted;

interface Waiting {
  /** Given as `after`, goes on behind this entry. */
  readonly cursor: string;
  /** The block on top of which it was said; of a confirmed operation the one that holds it. */
  readonly height: number;
  readonly blockHash: string;
  readonly txid: string;
  /** As the log would have it in the next block, but for its place there. */
  readonly operation: Omit<
    OperationEvent,
    ('type' | 'schema' | 'log' | 'epoch' | 'sequence') | ('blockHash' | 'position' | 'transactionIndex' | 'merklePath')
  >;
}

/** What was told of operations in no block before is void; what waits now follows. */
export interface PendingBegun {
  readonly kind: 'pending.begun';
  readonly cursor: string;
  readonly height: number | null;
  readonly blockHash: string | null;
}

/** An operation waits, or would be judged otherwise than before: as if all that wait were the next block. */
export interface PendingJudged extends Waiting {
  readonly kind: 'pending.judged';
  /** `faulted` where the rules throw at it. */
  readonly verdict: 'accepted' | 'rejected' | 'ignored' | 'faulted';
  readonly code: string | null;
  readonly detail: string | null;
  /** The operation that it took the place of, by spending what that one spent. */
  readonly replaces: string | null;
}

/** Another transaction spends what it spent, for a higher fee mostly. */
export interface PendingReplaced extends Waiting {
  readonly kind: 'pending.replaced';
  readonly by: string;
}

/** The node keeps it no more (`left`), or a block spends what it spends (`spent`). */
export interface PendingDropped extends Waiting {
  readonly kind: 'pending.dropped';
  readonly reason: 'left' | 'spent';
}

/** A block holds it: the feed has its verdict. */
export interface PendingConfirmed extends Waiting {
  readonly kind: 'pending.confirmed';
}

/** What happens to operations in no block. */
export type PendingEntry = PendingBegun | PendingJudged | PendingReplaced | PendingDropped | PendingConfirmed;

/** What happened to the branch: a whole block with its operations came, or the newest block left. */
export type ChainChange =
  | {
      readonly kind: 'connected';
      readonly block: BlockConnected;
      /** All of the block, or those that the filter lets through. */
      readonly operations: readonly OperationEvent[];
      /** To be stored together with what was made of the block, and given as `after`. */
      readonly cursor: string;
    }
  | {
      readonly kind: 'disconnected';
      readonly block: Pick<BlockDisconnected, 'height' | 'hash' | 'previousHash'>;
      readonly cursor: string;
    };
