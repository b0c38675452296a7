import { useState } from 'preact/hooks';
import { withQuery } from '../address/view.ts';
import { PAGE_ENTRIES } from '../limits.ts';
import type { Moment, Paged, Version } from './answers.ts';
import { ask } from './ask.ts';
import { useAnswer } from './use-answer.ts';

/** Versions of a key as far as they were asked for, newest first. */
export interface History {
  readonly at: Moment | null;
  readonly versions: readonly Version[];
  readonly next: string | null;
  readonly isAsking: boolean;
  readonly more: () => void;
}

interface Older {
  /** The cursor that the older pages were begun with: with another first page they no longer fit. */
  readonly behind: string | null;
  readonly versions: readonly Version[];
  readonly next: string | null;
}

/** The history of the row at `path`, a page at a time. */
export function useHistory(path: string, version: number): History {
  const first = useAnswer<Paged<Version>>(withQuery(`${path}/history`, { limit: PAGE_ENTRIES }), version);
  const [older, setOlder] = useState<Older>({ behind: null, versions: [], next: null });
  const begin = first.body?.next ?? null;
  const fits = older.behind !== null && older.behind === begin;
  const next = fits ? older.next : begin;
  const more = async (): Promise<void> => {
    if (next === null) return;
    const page = await ask<Paged<Version>>(withQuery(`${path}/history`, { limit: PAGE_ENTRIES, after: next })).catch(
      () => null,
    );
    if (page !== null)
      setOlder({ behind: begin, versions: [...(fits ? older.versions : []), ...page.entries], next: page.next });
  };
  return {
    at: first.body?.at ?? null,
    versions: [...(first.body?.entries ?? []), ...(fits ? older.versions : [])],
    next,
    isAsking: first.isAsking,
    more: () => void more(),
  };
}
