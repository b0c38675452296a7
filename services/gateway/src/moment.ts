import type { Reading } from '@virtualchain/machine';
import type { ReadAt } from '@virtualchain/projection';
import { QuestionInvalid } from '@virtualchain/subscriptions';

/** What every answer says of the moment that it is of. */
export interface AnsweredMoment {
  readonly height: number;
  readonly blockHash: string | null;
  readonly consensusHash: string | null;
  readonly tip: number;
}

/** `?at=`, as its schema lets it through. */
export function atOf(text: string | undefined): ReadAt {
  if (text === undefined) return 'tip';
  return text.length === 64 ? { blockHash: text } : Number(text);
}

/** The moment of a reading, and what tells whether its state is that of a page before: of one block, two builds may have made two. */
export async function sealedMomentOf(
  reading: Reading,
): Promise<{ readonly moment: AnsweredMoment; readonly seal: string | null }> {
  const { height, tip } = reading;
  const block = await reading.block(height);
  const moment = { height, blockHash: block?.hash ?? null, consensusHash: block?.consensusHash ?? null, tip };
  return { moment, seal: block?.changesHash.slice(0, 16) ?? null };
}

/** Where the next page begins: the block that the pages are read at, its state, and what the last entry was. */
export interface PageCursor {
  /** Hash of the block, or a height below the machine's first block. */
  readonly at: string | number;
  readonly seal: string | null;
  readonly last: readonly unknown[];
}

export function cursorText(
  { blockHash, height }: AnsweredMoment,
  seal: string | null,
  last: readonly unknown[],
): string {
  return Buffer.from(JSON.stringify([blockHash ?? height, seal, ...last])).toString('base64url');
}

/** What `after` is refused with that no answer of ours has given. */
export function noCursor(): QuestionInvalid {
  return new QuestionInvalid('after: must be what "next" of the page before was; leave it out for the first page');
}

/** @throws QuestionInvalid for what no answer of ours has given */
export function readCursor(text: string): PageCursor {
  try {
    const [at, seal, ...last] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as readonly unknown[];
    const isAt = (typeof at === 'string' && /^[0-9a-f]{64}$/.test(at)) || (Number.isSafeInteger(at) && Number(at) >= 0);
    const isSeal = seal === null || (typeof seal === 'string' && /^[0-9a-f]{16}$/.test(seal));
    if (isAt && isSeal) return { at: at as string | number, seal: seal as string | null, last };
  } catch {
    // told below
  }
  throw noCursor();
}

/** Where the next page of a list begins that is of no moment. */
export function cursorOfPosition(position: number): string {
  return Buffer.from(JSON.stringify({ before: position })).toString('base64url');
}

/** @throws QuestionInvalid for what no answer of ours has given */
export function positionOfCursor(text: string): number {
  try {
    const { before } = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as { readonly before?: unknown };
    if (Number.isSafeInteger(before) && Number(before) >= 0) return Number(before);
  } catch {
    // told below
  }
  throw noCursor();
}

/** All pages of a list are of one moment: that of the first. @throws QuestionInvalid where another is asked for */
export function pageStart(query: { readonly at?: string; readonly after?: string }): {
  readonly at: ReadAt;
  readonly seal: string | null;
  readonly last: readonly unknown[] | null;
} {
  if (query.after === undefined) return { at: atOf(query.at), seal: null, last: null };
  const { at, seal, last } = readCursor(query.after);
  if (query.at !== undefined && query.at !== String(at))
    throw new QuestionInvalid('at and after: pages are of the moment of the first one; give after alone');
  return { at: typeof at === 'number' ? at : { blockHash: at }, seal, last };
}
