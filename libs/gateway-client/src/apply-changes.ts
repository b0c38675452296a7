import type { FeedEntry, Row } from './entries.ts';

/** Rows by collection, and there by their key as JSON: `state.get('names')?.get('["alice"]')`. */
export type CollectedState = Map<string, Map<string, Row>>;

/**
 * Brings a state up to an entry of a machine's feed. From `new Map()` and a feed that is followed from its start, without a
 * filter, it holds after each `block.sealed` and `block.retracted` exactly the rows that the machine has at that block.
 *
 * @returns the same state, changed
 */
export function applyChanges(state: CollectedState, { changes }: Pick<FeedEntry, 'changes'>): CollectedState {
  for (const { collection, key, after } of changes) {
    const rows = state.get(collection) ?? new Map<string, Row>();
    state.set(collection, rows);
    if (after === null) rows.delete(JSON.stringify(key));
    else rows.set(JSON.stringify(key), after);
  }
  return state;
}
