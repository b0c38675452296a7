import { isExpectedError } from '@virtualchain/kernel';
import type { ExtraPage } from '@virtualchain/process';
import type { Seals } from '@virtualchain/projection';
import { HEIGHTS_PER_QUESTION_MAX } from '../limits.ts';

/** Reads seals of our own build at these heights, and its newest one. */
export type ReadSeals = (heights: readonly number[]) => Promise<Seals>;

/**
 * What other operators compare with theirs: `/seals?heights=1,2,3` has the hashes that seal these blocks, and those of the
 * newest one. Without heights, those of the newest one alone.
 */
export function sealsPage(read: ReadSeals): (path: string, query: URLSearchParams) => Promise<ExtraPage | null> {
  return async (path, query) => {
    if (path !== '/seals') return null;
    const heights = (query.get('heights') ?? '').split(',').filter((text) => text !== '');
    if (heights.length > HEIGHTS_PER_QUESTION_MAX || !heights.every((text) => /^\d{1,9}$/.test(text)))
      return refuse(`heights must be at most ${HEIGHTS_PER_QUESTION_MAX} block heights, separated by commas`);
    try {
      return { code: 200, body: await read(heights.map(Number)) };
    } catch (error) {
      if (!isExpectedError(error)) throw error;
      return { code: 503, body: { code: error.code, error: error.message } };
    }
  };
}

function refuse(error: string): ExtraPage {
  return { code: 400, body: { error } };
}
