import {
  type Filter,
  type FilterField,
  FilterInvalid,
  type FilterSubject,
  matchesFilter,
  parseFilter,
} from '@virtualchain/protocol';
import { QuestionInvalid } from './errors.ts';
import { SELECTIONS_KNOWN_MAX } from './limits.ts';

/** What a subscriber wants to be told. */
export interface Selection {
  /** Of operations; null lets all through. */
  readonly filter: Filter | null;
  /** Whether it wants to hear of blocks without a word about operations; retractions are always told. */
  readonly blocks: boolean;
}

const known = new Map<string, Selection>();

/** The same object for the same wishes, as long as it is remembered. @throws QuestionInvalid naming the term that is wrong */
export function selectionOf(
  { filter, blocks = true }: { readonly filter?: string; readonly blocks?: boolean },
  fields?: readonly FilterField[],
): Selection {
  const key = JSON.stringify([filter, blocks, fields]);
  const same = known.get(key);
  if (same !== undefined) return same;
  try {
    const selection = { filter: filter === undefined ? null : parseFilter(filter, fields), blocks };
    if (known.size >= SELECTIONS_KNOWN_MAX) known.clear();
    known.set(key, selection);
    return selection;
  } catch (error) {
    if (!(error instanceof FilterInvalid)) throw error;
    throw new QuestionInvalid(`filter: ${error.message}`, { cause: error });
  }
}

/** Whether an operation passes the filter of a selection. */
export function isWanted({ filter }: Selection, subject: FilterSubject): boolean {
  return filter === null || matchesFilter(filter, subject);
}
