import { isIgnored, type ParsedBlock } from './fold.ts';
import { MachineFaulted } from './fold-errors.ts';
import type { Collection, Collections, Row } from './state/collection.ts';
import { encodeTuple } from './state/key-order.ts';
import { type IndexRange, prefixColumns } from './state/state-source.ts';
import type { WorkingState } from './state/working-state.ts';
import type { AnyStateMachine, Prefetch } from './state-machine.ts';

/** What blocks will read, by collection; a range is named by its index and its prefix, and is there once. */
interface Wanted {
  readonly keys: Row[];
  readonly ranges: Map<string, IndexRange>;
}

/**
 * Brings the rows that blocks are known to read into memory: one query for each collection and index of a batch.
 *
 * @throws MachineFaulted when a machine names what no collection of its own has.
 */
export async function prefetchBlocks(
  machine: AnyStateMachine,
  working: WorkingState,
  blocks: readonly ParsedBlock[],
): Promise<void> {
  const wanted = new Map<string, Wanted>();
  for (const { input, parsed } of blocks) {
    const { operations, ...block } = input;
    const fault = (hook: string, i: number | null, error: unknown) =>
      new MachineFaulted(
        machine.name,
        { hook, height: block.height, at: i === null ? null : (operations[i] ?? null) },
        error,
      );
    try {
      if (machine.prefetchBlock !== undefined) add(wanted, machine.collections, machine.prefetchBlock(block));
    } catch (error) {
      throw fault('prefetchBlock', null, error);
    }
    if (machine.prefetch === undefined) continue;
    for (const [i, op] of parsed.entries()) {
      if (isIgnored(op)) continue;
      try {
        add(wanted, machine.collections, machine.prefetch(op));
      } catch (error) {
        throw fault('prefetch', i, error);
      }
    }
  }
  for (const [collection, { keys, ranges }] of wanted) {
    if (keys.length > 0) await working.prefetch(collection, keys);
    await working.prefetchRanges(collection, [...ranges.values()]);
  }
}

function add(wanted: Map<string, Wanted>, collections: Collections, hint: Prefetch<Collections>): void {
  for (const [name, rows] of Object.entries(hint)) {
    const collection = collections[name] as Collection;
    const { columns, key } = collection;
    const found: Wanted = wanted.get(name) ?? { keys: [], ranges: new Map() };
    const { keys = [], by = [] } = (Array.isArray(rows) ? { keys: rows } : rows) as {
      readonly keys?: readonly Row[];
      readonly by?: readonly IndexRange[];
    };
    for (const row of keys) {
      encodeTuple(columns, key, row);
      found.keys.push(row);
    }
    for (const { index, prefix } of by) {
      const given = prefixColumns(name, collection, { index, prefix });
      found.ranges.set(`${index} ${encodeTuple(columns, given, prefix)}`, { index, prefix });
    }
    wanted.set(name, found);
  }
}
