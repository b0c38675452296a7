/** What the gateway answers, as far as the page shows it. */

/** The block at which an answer was read. */
export interface Moment {
  readonly height: number;
  readonly blockHash: string | null;
  readonly consensusHash: string | null;
  readonly tip: number;
}

export interface Paged<Entry> {
  readonly at: Moment;
  readonly entries: readonly Entry[];
  readonly next: string | null;
}

export interface CollectionShape {
  readonly name: string;
  readonly key: readonly string[];
  readonly indexes: Readonly<Record<string, readonly string[]>>;
}

export interface MachineShape {
  readonly name: string;
  readonly version: number;
  readonly collections: readonly CollectionShape[];
}

export interface ChainShape {
  readonly name: string;
  readonly magic: string;
  readonly firstBlock: number;
  readonly operations: readonly { readonly opcode: string; readonly name: string; readonly usage: string | null }[];
  readonly machines: readonly MachineShape[];
}

export interface ChainsAnswer {
  readonly network: string;
  readonly chains: readonly ChainShape[];
}

export interface Tip {
  readonly height: number;
  readonly hash: string;
  readonly time: number;
  readonly consensusHash: string | null;
}

export interface MachineStatus {
  readonly chain: string;
  readonly machine: string;
  readonly version: number;
  readonly build: string;
  readonly status: string;
  readonly fault: { readonly code: string; readonly message: string; readonly height: number | null } | null;
  readonly tip: Tip | null;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

export interface StatusAnswer {
  readonly network: string;
  readonly machines: readonly MachineStatus[];
}

export interface Block {
  readonly height: number;
  readonly hash: string;
  readonly time: number;
  readonly opsHash: string;
  readonly consensusHash: string;
  readonly changesHash: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

export type VerdictWord = 'accepted' | 'rejected' | 'ignored';

export interface Sender {
  readonly value: string;
  readonly scriptPubKey: string;
  readonly scriptType: string;
  readonly addresses: readonly string[];
  readonly txid: string;
  readonly index: number;
}

export interface Output {
  readonly value: string;
  readonly script: string;
}

/** What the id of a transaction is the hash of. */
export interface WholeTransaction {
  readonly version: number;
  readonly locktime: number;
  readonly inputs: readonly {
    readonly txid: string;
    readonly index: number;
    readonly script: string;
    readonly sequence: number;
  }[];
  readonly outputs: readonly Output[];
}

/** An operation without its verdict, as the feed and the lists both have it. */
export interface OperationEvent {
  readonly txid: string;
  readonly height: number;
  readonly blockHash: string;
  readonly position: number;
  readonly transactionIndex: number;
  readonly opcode: string | null;
  readonly name: string | null;
  readonly payload: string;
  readonly decoded: unknown;
  readonly problem?: string;
  /** No output that it spends was looked up. */
  readonly isWithoutSenders?: true;
  readonly senders: readonly Sender[];
  readonly outputs: readonly Output[];
  readonly fee: string;
  readonly merklePath: string;
}

export interface Operation extends OperationEvent {
  readonly verdict: VerdictWord;
  readonly code: string | null;
  readonly detail: string | null;
  readonly changed: readonly { readonly collection: string; readonly key: readonly unknown[] }[];
}

export type Row = Readonly<Record<string, unknown>>;

export interface Version {
  readonly row: Row;
  readonly validFrom: number;
  readonly validTo: number | null;
}

/** One row of a collection, before and after; null where there was or is none. */
export interface Change {
  readonly collection: string;
  readonly key: readonly unknown[];
  readonly before: Row | null;
  readonly after: Row | null;
}

/** What the page reads of the feed's entries. */
export interface FeedEntry {
  readonly kind: string;
  readonly cursor: string;
  readonly height: number;
  readonly blockHash: string;
  readonly code?: string | null;
  readonly detail?: string | null;
  readonly consensusHash?: string;
  readonly operation?: OperationEvent & WholeTransaction;
  readonly changes: readonly Change[];
}

/** Some entries of the feed, and what to go on behind. */
export interface FeedPage {
  readonly entries: readonly FeedEntry[];
  readonly cursor: string | null;
  readonly isEnd: boolean;
}

export interface TransactionProof {
  readonly at: Moment;
  readonly txid: string;
  readonly height: number;
  readonly blockHash: string;
  readonly transactionIndex: number;
  readonly merklePath: string;
  readonly header: string;
  readonly headers: readonly string[];
}
