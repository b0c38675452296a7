import { isExpectedError } from '@virtualchain/kernel';
import type { Reading } from '@virtualchain/machine';
import { type AnsweredMoment, atOf, cursorText, pageStart, sealedMomentOf } from '../moment.ts';
import { PageGone } from '../problems.ts';
import type { ServedMachine } from '../served.ts';

export interface AtQuery {
  readonly at?: string;
}

export interface PageQuery extends AtQuery {
  readonly limit: number;
  readonly after?: string;
}

/** Answers one question from one moment. */
export async function answerAt<Body extends object>(
  { reader }: ServedMachine,
  at: string | undefined,
  ask: (reading: Reading) => Promise<Body>,
): Promise<Body & { readonly at: AnsweredMoment }> {
  return reader.read(atOf(at), async (reading) => ({
    at: (await sealedMomentOf(reading)).moment,
    ...(await ask(reading)),
  }));
}

/** What a page is made of: entries behind the last one of the page before, at most so many. */
export interface Paging<Entry> {
  read(reading: Reading, last: readonly unknown[] | null, limit: number): Promise<readonly Entry[]>;
  /** What tells an entry from all others, as JSON. */
  placeOf(entry: Entry): readonly unknown[];
  toJson(entry: Entry): unknown;
}

export interface PageAnswer {
  readonly at: AnsweredMoment;
  readonly entries: readonly unknown[];
  readonly next: string | null;
}

/** Answers a page of a list; all its pages are read at the block of the first, and of the state that it had there. */
export async function answerPage<Entry>(
  { reader }: ServedMachine,
  query: PageQuery,
  { read, placeOf, toJson }: Paging<Entry>,
): Promise<PageAnswer> {
  const { at, seal: before, last } = pageStart(query);
  const answering = reader.read<PageAnswer>(at, async (reading) => {
    const { moment, seal } = await sealedMomentOf(reading);
    if (last !== null && seal !== before)
      throw new PageGone('other rules made these rows than those of the page before; begin with the first page again');
    const found = await read(reading, last, query.limit + 1);
    const entries = found.slice(0, query.limit);
    const end = entries.at(-1);
    const next = found.length > entries.length && end !== undefined ? cursorText(moment, seal, placeOf(end)) : null;
    return { at: moment, entries: entries.map(toJson), next };
  });
  return answering.catch((error: unknown) => {
    if (last === null || !(isExpectedError(error) && error.code === 'BLOCK_NOT_ON_BRANCH')) throw error;
    throw new PageGone('the block that these pages were read at was taken back; begin with the first page again');
  });
}
