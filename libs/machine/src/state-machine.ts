import type { BlockHash, Height } from '@virtualchain/bitcoin';
import type { OperationEvent, VirtualChain } from '@virtualchain/protocol';
import type { ConsensusHash } from './hash/consensus-hash.ts';
import type { Queries } from './query/query.ts';
import type { Collection, Collections, KeyOf, Row, RowOf } from './state/collection.ts';
import type { Ignored, Transition, Verdict } from './verdict.ts';

/** Which part of many rows is wanted. */
export interface PageOptions<Item> {
  /** Begin behind this row. */
  readonly after?: Item;
  /** End after so many rows. */
  readonly limit?: number;
}

/** A collection as the hooks see it: committed rows, and everything this block did before. */
export interface CollectionState<C extends Collection> {
  get(key: KeyOf<C>): Promise<RowOf<C> | null>;
  /**
   * Rows whose first index columns equal `prefix`, lazily, in the order of the index, then of the key; as they were when
   * the iteration began, whatever is written meanwhile.
   */
  by(
    index: keyof C['indexes'] & string,
    prefix: Partial<RowOf<C>>,
    options?: PageOptions<RowOf<C>>,
  ): AsyncIterable<RowOf<C>>;
  count(index: keyof C['indexes'] & string, prefix: Partial<RowOf<C>>): Promise<number>;
  put(row: RowOf<C>): Promise<void>;
  /** Deleting what is not there is no change. */
  delete(key: KeyOf<C>): Promise<void>;
}

/** The collections of a machine, by name, as its rules read and write them. */
export type State<Cs extends Collections> = { readonly [N in keyof Cs]: CollectionState<Cs[N]> };

/** The block whose operations are decided. */
export interface BlockContext {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly previousHash: BlockHash;
  /** Header time, Unix seconds. */
  readonly time: number;
}

/** Consensus hashes of the heights from `height − consensusWindow` to the block before this one. */
export interface ConsensusWindow {
  has(hash: string): boolean;
  heightOf(hash: string): Height | null;
}

/** All consensus hashes, initial snapshots and the batch's own blocks included. */
export interface Snapshots {
  at(height: Height): Promise<ConsensusHash | null>;
  heightOf(hash: string): Promise<Height | null>;
}

/** What a machine may look at beside its state when it decides an operation. */
export interface DecideContext<Scan, Op = unknown> {
  readonly block: BlockContext;
  readonly scan: Scan;
  /** What this block accepted so far, in order, whatever became of the rows that were written. */
  readonly accepted: readonly Op[];
  readonly window: ConsensusWindow;
  readonly snapshots: Snapshots;
}

/** A look-up by index: the rows whose first index columns equal `prefix`. */
export interface IndexLookup<C extends Collection> {
  readonly index: keyof C['indexes'] & string;
  readonly prefix: Partial<RowOf<C>>;
}

/** What will be read of a collection: rows by their keys, and ranges of indexes. */
export interface PrefetchedRows<C extends Collection> {
  readonly keys?: readonly KeyOf<C>[];
  readonly by?: readonly IndexLookup<C>[];
}

/**
 * What an operation or a block will read, by collection: hints, so that a batch of blocks needs a bounded number of queries.
 * A list stands for keys alone.
 */
export type Prefetch<Cs extends Collections> = {
  readonly [N in keyof Cs]?: readonly KeyOf<Cs[N]>[] | PrefetchedRows<Cs[N]>;
};

/**
 * The rules of an application, as pure functions: no clock, no randomness, no locale, no floating point. A definition
 * runs unchanged on memory and on Postgres.
 */
export interface StateMachine<Op = unknown, Cs extends Collections = Collections, Scan = unknown> {
  /** Part of schema names: `[a-z][a-z0-9_]*`. */
  readonly name: string;
  /** Counts the versions of the rules, from 1. */
  readonly version: number;
  /** From which height this version differs from the one before. */
  readonly differsFrom?: Height;
  /** Floor of the skip list of consensus hashes. */
  readonly firstBlock: Height;
  /** Folding starts at the highest of them + 1. */
  readonly initialSnapshots: ReadonlyMap<Height, ConsensusHash>;
  /** How many heights back a consensus hash counts as recent. */
  readonly consensusWindow: number;
  /** A block sealed with another hash stops the machine. */
  readonly expectedSnapshots?: ReadonlyMap<Height, ConsensusHash>;
  /** The last block to fold. */
  readonly stopAfter?: Height;
  readonly collections: Cs;
  /** Rows from one height below the first folded block on; they survive every rollback. */
  genesis?(state: State<Cs>): Promise<void>;
  /** By opcode byte, in the order they are hashed; a name may repeat. */
  readonly hashedFields: Readonly<Record<number, readonly string[]>>;
  /** Total: every operation has an answer. */
  parse(operation: OperationEvent): Op | Ignored;
  /** What `decide` and `openBlock` will read for an operation. */
  prefetch?(op: Op): Prefetch<Cs>;
  /** What `openBlock` and `closeBlock` will read, whatever the operations. */
  prefetchBlock?(block: BlockContext): Prefetch<Cs>;
  /** What will be read because of a row that was read ahead: asked once of each, not of what comes by the answer. */
  prefetchAfter?(collection: keyof Cs & string, row: Row): Prefetch<Cs>;
  /** Every block, before its operations. What it writes stays. */
  openBlock?(block: BlockContext, operations: readonly Op[], state: State<Cs>): Promise<Scan>;
  /** Check and commit of one operation, which sees the effects of earlier ones. Writes of a rejected one are dropped. */
  decide(op: Op, context: DecideContext<Scan, Op>, state: State<Cs>): Promise<Verdict>;
  /** Every block, after its operations. */
  closeBlock?(block: BlockContext, state: State<Cs>): Promise<readonly Transition[]>;
  /** What can be asked of the state, by name: no part of the rules. The gateway serves them, `vchain query` asks them. */
  readonly queries?: Queries<Cs>;
}

/** A machine with its types forgotten: what the fold and the projection work with. */
// biome-ignore lint/suspicious/noExplicitAny: Op, Scan and the collections stand in both directions; only `any` forgets them.
export type AnyStateMachine = StateMachine<any, any, any>;

/** A machine as a function of its parameters and the chain whose log it folds. */
export type MachineDefinition = (parameters: Readonly<Record<string, unknown>>, chain: VirtualChain) => AnyStateMachine;

/** The height below the first folded block: the highest initial snapshot. */
export function anchorHeight(machine: AnyStateMachine): Height {
  return [...machine.initialSnapshots.keys()].reduce((a, b) => Math.max(a, b), -1) as Height;
}

const NAME = /^[a-z][a-z0-9_]{0,30}$/;
const QUERY_NAME = /^[a-z][A-Za-z0-9_]{0,60}$/;
/** What every machine has beside its collections; queries know both by their bare names. */
const TAKEN = new Set(['blocks', 'operations', 'transitions', 'feed', 'checkpoint']);

/**
 * Checks a definition, and gives it its types.
 *
 * @throws TypeError naming the part and the rule.
 */
export function defineStateMachine<Op, Cs extends Collections, Scan = undefined>(
  machine: StateMachine<Op, Cs, Scan>,
): StateMachine<Op, Cs, Scan> {
  if (!NAME.test(machine.name))
    throw new TypeError(`machine name ${JSON.stringify(machine.name)}: not like [a-z][a-z0-9_]*`);
  if (!Number.isSafeInteger(machine.version) || machine.version < 1)
    throw new TypeError(`${machine.name}: version ${machine.version}: not 1, 2, 3 …`);
  if (machine.initialSnapshots.size === 0) {
    throw new TypeError(`${machine.name}: no initial snapshot: give one for the height below the first block to fold`);
  }
  for (const name of Object.keys(machine.collections)) {
    if (!NAME.test(name))
      throw new TypeError(`${machine.name}: collection name ${JSON.stringify(name)}: not like [a-z][a-z0-9_]*`);
    if (TAKEN.has(name) || (name.endsWith('_history') && name.slice(0, -'_history'.length) in machine.collections))
      throw new TypeError(
        `${machine.name}: collection name ${JSON.stringify(name)}: taken by a table of every machine`,
      );
  }
  for (const name of Object.keys(machine.queries ?? {})) {
    if (!QUERY_NAME.test(name))
      throw new TypeError(`${machine.name}: query name ${JSON.stringify(name)}: not like [a-z][A-Za-z0-9_]*`);
  }
  return machine;
}
