import {
  type AnyStateMachine,
  type Collection,
  type CollectionState,
  type Collections,
  canonicalKey,
  canonicalRow,
  type Row,
  type State,
  type Verdict,
} from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import type { ToldRow } from './messages.ts';

/** What became of an operation, and the rows that it changed. */
export interface Observed {
  readonly verdict: Verdict;
  readonly rows: readonly ToldRow[];
}

/** A machine under observation. Its answers are those of the machine; what its hooks write is noted beside. */
export interface ObservedMachine {
  readonly machine: AnyStateMachine;
  /** Of an operation that was folded since `forget`; none for one that never reached the machine. */
  of(event: OperationEvent): Observed | undefined;
  /** What the hooks of a block changed. */
  ofBlock(height: number): readonly ToldRow[];
  /** Before a batch: one that failed is folded again. */
  forget(): void;
}

type AnyState = State<Collections>;

/**
 * Wraps the hooks of a machine. `isWanted` says of which operations the rows are noted: each write costs a read, of the row
 * that was there.
 */
export function observe(machine: AnyStateMachine, isWanted: (event: OperationEvent) => boolean): ObservedMachine {
  let observed = new Map<OperationEvent, Observed>();
  let ofBlocks = new Map<number, readonly ToldRow[]>();
  /** Operations that were parsed and not decided yet, in their order, by height. */
  let undecided = new Map<number, OperationEvent[]>();

  async function noted<Result>(
    height: number,
    state: AnyState,
    hook: (state: AnyState) => Promise<Result>,
  ): Promise<Result> {
    const notes = noteWrites(machine, state);
    const result = await hook(notes.state);
    ofBlocks.set(height, [...(ofBlocks.get(height) ?? []), ...notes.rows()]);
    return result;
  }

  const hooks: Partial<AnyStateMachine> = {
    parse(event) {
      const parsed = machine.parse(event);
      if (isIgnored(parsed)) observed.set(event, { verdict: parsed, rows: [] });
      else undecided.set(event.height, [...(undecided.get(event.height) ?? []), event]);
      return parsed;
    },
    async decide(op, context, state) {
      const event = undecided.get(context.block.height)?.shift();
      if (event === undefined || !isWanted(event)) return machine.decide(op, context, state);
      const notes = noteWrites(machine, state);
      const verdict = await machine.decide(op, context, notes.state);
      observed.set(event, { verdict, rows: verdict?.kind === 'accepted' ? notes.rows() : [] });
      return verdict;
    },
  };
  const { openBlock, closeBlock } = machine;
  if (openBlock !== undefined)
    hooks.openBlock = (block, operations, state) =>
      noted(block.height, state, (watched) => openBlock.call(machine, block, operations, watched));
  if (closeBlock !== undefined)
    hooks.closeBlock = (block, state) =>
      noted(block.height, state, (watched) => closeBlock.call(machine, block, watched));

  return {
    machine: Object.assign(Object.create(machine) as AnyStateMachine, hooks),
    of: (event) => observed.get(event),
    ofBlock: (height) => ofBlocks.get(height) ?? [],
    forget() {
      observed = new Map();
      ofBlocks = new Map();
      undecided = new Map();
    },
  };
}

/** A state that notes what is written to it: of each row the first one before, and the last one after. */
function noteWrites(machine: AnyStateMachine, state: AnyState): { readonly state: AnyState; rows(): ToldRow[] } {
  const changes = new Map<string, ToldRow>();
  const note = (name: string, key: string, [before, after]: readonly [ToldRow['before'], ToldRow['after']]): void => {
    const first = changes.get(`${name} ${key}`);
    changes.set(`${name} ${key}`, { collection: name, before: first === undefined ? before : first.before, after });
  };
  const watched = Object.entries(machine.collections as Collections).map(([name, collection]) => {
    const inner = state[name] as CollectionState<Collection>;
    const told = (row: Row | null) => (row === null ? null : canonicalRow(collection, row));
    const keyOf = (row: Row) => Object.fromEntries(collection.key.map((column) => [column, row[column] ?? null]));
    const rowAt = async (row: Row): Promise<Row | null> => {
      try {
        return (await inner.get(keyOf(row) as never)) as Row | null;
      } catch {
        return null; // a row without its key is refused by the write itself, in better words
      }
    };
    const outer: CollectionState<Collection> = {
      get: (key) => inner.get(key),
      by: (index, prefix, options) => inner.by(index, prefix, options),
      count: (index, prefix) => inner.count(index, prefix),
      async put(row) {
        const before = await rowAt(row as Row);
        await inner.put(row);
        note(name, keyText(collection, row as Row), [told(before), told(row as Row)]);
      },
      async delete(key) {
        const before = await rowAt(key as Row);
        await inner.delete(key);
        if (before !== null) note(name, keyText(collection, key as Row), [told(before), null]);
      },
    };
    return [name, outer] as const;
  });
  return {
    state: Object.fromEntries(watched) as AnyState,
    rows: () => [...changes.values()].filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after)),
  };
}

function keyText(collection: Collection, row: Row): string {
  return JSON.stringify(canonicalKey(collection, row));
}

function isIgnored(parsed: unknown): parsed is Verdict & { readonly kind: 'ignored' } {
  return typeof parsed === 'object' && parsed !== null && (parsed as { kind?: unknown }).kind === 'ignored';
}
