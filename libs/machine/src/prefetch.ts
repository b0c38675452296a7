import type { OperationEvent } from '@virtualchain/protocol';
import { isIgnored, type ParsedBlock } from './fold.ts';
import { MachineFaulted } from './fold-errors.ts';
import type { Collection, Collections, Row } from './state/collection.ts';
import { type EncodedKey, encodeTuple } from './state/key-order.ts';
import { type IndexRange, prefixColumns } from './state/state-source.ts';
import type { WorkingState } from './state/working-state.ts';
import type { AnyStateMachine, Prefetch } from './state-machine.ts';

/** What blocks will read, by collection; a range is named by its index and its prefix, and is there once. */
interface Wanted {
  readonly keys: Map<EncodedKey, Row>;
  readonly ranges: Map<string, IndexRange>;
}

/**
 * Brings the rows that blocks are known to read into memory: a query for each collection and index, and once more for what
 * these rows lead to.
 *
 * @throws MachineFaulted when a machine names what no collection of its own has.
 */
export async function prefetchBlocks(
  machine: AnyStateMachine,
  working: WorkingState,
  blocks: readonly ParsedBlock[],
): Promise<void> {
  const wanted: WantedRows = new Map();
  for (const block of blocks) addBlock(machine, wanted, block);
  const found = await readAhead(working, wanted);
  if (machine.prefetchAfter === undefined) return;
  const next: WantedRows = new Map();
  for (const { collection, row } of found) {
    hook(machine, 'prefetchAfter', { height: blocks[0]?.input.height ?? 0, at: null }, () =>
      add(next, machine.collections, machine.prefetchAfter?.(collection, row) ?? {}),
    );
  }
  await readAhead(working, next);
}

type WantedRows = Map<string, Wanted>;

function addBlock(machine: AnyStateMachine, wanted: WantedRows, { input, parsed }: ParsedBlock): void {
  const { operations, ...block } = input;
  hook(machine, 'prefetchBlock', { height: block.height, at: null }, () =>
    add(wanted, machine.collections, machine.prefetchBlock?.(block) ?? {}),
  );
  if (machine.prefetch === undefined) return;
  for (let i = 0; i < parsed.length; i++) {
    const op = parsed[i];
    if (isIgnored(op)) continue;
    // Not by `hook`: a block has one of everything else, and hundreds of this.
    try {
      add(wanted, machine.collections, machine.prefetch(op));
    } catch (error) {
      throw new MachineFaulted(
        machine.name,
        { hook: 'prefetch', height: block.height, at: operations[i] ?? null },
        error,
      );
    }
  }
}

function hook(
  machine: AnyStateMachine,
  name: string,
  place: { readonly height: number; readonly at: OperationEvent | null },
  call: () => void,
): void {
  try {
    call();
  } catch (error) {
    throw new MachineFaulted(machine.name, { hook: name, ...place }, error);
  }
}

/** The rows that were not near before. */
async function readAhead(
  working: WorkingState,
  wanted: WantedRows,
): Promise<readonly { readonly collection: string; readonly row: Row }[]> {
  const found: { readonly collection: string; readonly row: Row }[] = [];
  for (const [collection, { keys, ranges }] of wanted) {
    for (const row of await working.prefetch(collection, keys)) found.push({ collection, row });
    for (const row of await working.prefetchRanges(collection, [...ranges.values()])) found.push({ collection, row });
  }
  return found;
}

const NONE: readonly never[] = [];

function add(wanted: WantedRows, collections: Collections, hint: Prefetch<Collections>): void {
  for (const name in hint) {
    const rows = hint[name];
    const collection = collections[name] as Collection;
    const { columns, key } = collection;
    const found: Wanted = wanted.get(name) ?? { keys: new Map(), ranges: new Map() };
    const { keys = NONE, by = NONE } = (Array.isArray(rows) ? { keys: rows } : rows) as {
      readonly keys?: readonly Row[];
      readonly by?: readonly IndexRange[];
    };
    for (const row of keys) found.keys.set(encodeTuple(columns, key, row), row);
    for (const { index, prefix } of by) {
      const given = prefixColumns(name, collection, { index, prefix });
      found.ranges.set(`${index} ${encodeTuple(columns, given, prefix)}`, { index, prefix });
    }
    wanted.set(name, found);
  }
}
