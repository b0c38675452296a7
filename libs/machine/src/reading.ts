import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';
import type { CanonicalValue } from './hash/canonical-json.ts';
import type { ConsensusHash, OpsHash } from './hash/consensus-hash.ts';
import type { Collection, Collections, KeyOf, Row, RowOf } from './state/collection.ts';
import type { Ignored, Rejected } from './verdict.ts';

/**
 * A machine's projection as it stood when a height was the newest one. Everything read through it belongs together,
 * whatever is folded or rolled back meanwhile, and nothing above the height is seen.
 */
export interface Reading<Cs extends Collections = Collections> {
  /** The height that is read: no lower than the machine's anchor. */
  readonly height: Height;
  /** The newest sealed height. */
  readonly tip: Height;
  readonly state: StateReading<Cs>;
  /** Null above the height, and below the machine's first folded block. */
  block(height: Height): Promise<BlockRecord | null>;
  /** Sealed blocks, newest first. */
  blocks(page?: BlockPage): Promise<readonly BlockRecord[]>;
  /** The height of a block; null for one that is not on the branch, or above the height that is read. */
  heightOfBlock(hash: string): Promise<Height | null>;
  /** The raw headers of blocks from one height to another, lowest first; nothing above the height that is read. */
  headers(from: Height, to: Height): Promise<readonly Uint8Array[]>;
  /** What a block made visible, each serialised as the ops hash covers it. Nothing above the height that is read. */
  transitionsAt(height: Height): Promise<readonly Uint8Array[]>;
  /** By height, initial snapshots included; heights without one are missing. */
  consensusHashes(heights: readonly Height[]): Promise<ReadonlyMap<Height, ConsensusHash>>;
  heightOf(consensusHash: string): Promise<Height | null>;
  /** Operations of a block in their order, whatever their verdict. */
  operationsAt(height: Height, options?: OperationPage): Promise<readonly OperationRecord[]>;
  /** Operations of all blocks, newest first. */
  operations(filter?: OperationFilter): Promise<readonly OperationRecord[]>;
  /** The operation of a transaction, whatever its verdict. */
  operation(txid: string): Promise<OperationRecord | null>;
}

/** The collections of a machine, by name, as they were at one height. */
export type StateReading<Cs extends Collections> = { readonly [N in keyof Cs]: CollectionReading<Cs[N]> };

/** A collection at the height of its reading, and before. Iterations read a page of rows at a time. */
export interface CollectionReading<C extends Collection = Collection> {
  get(key: KeyOf<C>): Promise<RowOf<C> | null>;
  /** Rows whose first index columns equal `prefix`, in the order of the index, then of the key. */
  by(index: IndexOf<C>, prefix: Partial<RowOf<C>>, options?: ReadOptions<RowOf<C>>): AsyncIterable<RowOf<C>>;
  count(index: IndexOf<C>, prefix: Partial<RowOf<C>>, options?: RowFilter<RowOf<C>>): Promise<number>;
  /** Every row, in the order of the key. */
  all(options?: ReadOptions<RowOf<C>>): AsyncIterable<RowOf<C>>;
  total(options?: RowFilter<RowOf<C>>): Promise<number>;
  /** What a key held, newest first: one version for each block that changed it. */
  history(key: KeyOf<C>, options?: HistoryOptions<RowOf<C>>): Promise<readonly Version<RowOf<C>>[]>;
  /** Versions of any time whose first index columns equal `prefix`, in the order of the index, the key, and time. */
  everBy(
    index: IndexOf<C>,
    prefix: Partial<RowOf<C>>,
    options?: VersionFilter<RowOf<C>>,
  ): AsyncIterable<Version<RowOf<C>>>;
  /** Operations of these blocks that wrote a key, in their order. */
  writtenBy(key: KeyOf<C>, heights: readonly Height[]): Promise<readonly OperationRecord[]>;
}

type IndexOf<C extends Collection> = keyof C['indexes'] & string;

/** Which rows are wanted, by values of their columns. */
export interface RowFilter<Row> {
  readonly equal?: Partial<Row>;
  /** Columns that are no less than these; null is no answer. */
  readonly atLeast?: Partial<Row>;
}

/** Which rows are wanted, and how many. */
export interface ReadOptions<Row> extends RowFilter<Row> {
  /** Begin behind these values of the columns that the rows are ordered by. */
  readonly after?: Partial<Row>;
  readonly limit?: number;
}

/** Which versions of a row are wanted. */
export interface VersionFilter<Row> {
  /** Only versions that began at the height which this column holds. */
  readonly beganAt?: keyof Row & string;
}

/** Which versions of a row are wanted, newest first. */
export interface HistoryOptions<Row> extends VersionFilter<Row> {
  /** Begin behind so many versions. */
  readonly offset?: number;
  readonly limit?: number;
}

/** A row and the half-open heights between which it held. */
export interface Version<Row> {
  readonly row: Row;
  readonly validFrom: Height;
  /** Null for the row that holds at the height that is read. */
  readonly validTo: Height | null;
}

/** Which operations of a block are wanted. */
export interface OperationPage {
  /** Begin behind the operation at this position. */
  readonly after?: number;
  readonly limit?: number;
  /** Only operations with this verdict. */
  readonly verdict?: RecordedVerdict['kind'];
}

/** Which blocks are wanted, newest first. */
export interface BlockPage {
  /** Only blocks below this height. */
  readonly before?: number;
  readonly limit?: number;
}

/** Which operations are wanted, newest first. What is not given may be anything. */
export interface OperationFilter {
  /** Begin behind the operation at this place: only older ones. */
  readonly before?: { readonly height: number; readonly position: number };
  readonly limit?: number;
  readonly verdict?: RecordedVerdict['kind'];
  /** Why it was rejected or ignored. */
  readonly code?: string;
  /** Any of these, two hex digits each. */
  readonly opcodes?: readonly string[];
  readonly txid?: string;
  /** An address, or a script as hex: it was spent from. */
  readonly sender?: string;
  /** An address, or a script as hex: it was spent from, or paid to. */
  readonly address?: string;
  /** Lowest and highest height of their blocks, both included. */
  readonly from?: number;
  readonly to?: number;
}

/** What became of an operation. Transitions are not kept here. */
export type RecordedVerdict = { readonly kind: 'accepted' } | Rejected | Ignored;

/** An operation as it was published, its verdict, and the keys that it wrote. */
export interface OperationRecord {
  readonly event: OperationEvent;
  readonly verdict: RecordedVerdict;
  /** Pairs of collection and key. */
  readonly changedKeys: readonly (readonly [collection: string, key: readonly CanonicalValue[]])[];
}

/** A sealed block. */
export interface BlockRecord {
  readonly height: Height;
  readonly hash: BlockHash;
  /** Header time, Unix seconds. */
  readonly time: number;
  readonly opsHash: OpsHash;
  readonly consensusHash: ConsensusHash;
  readonly changesHash: string;
  readonly accepted: number;
  readonly rejected: number;
  readonly ignored: number;
}

/** Every row of a collection whose name is known only while running, in the order of the key. */
export async function allRows(reading: Reading, name: string): Promise<readonly Row[]> {
  const collection = reading.state[name];
  if (collection === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
  return (await Array.fromAsync(collection.all())) as readonly Row[];
}
