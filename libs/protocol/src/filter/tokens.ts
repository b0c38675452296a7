import { FilterInvalid } from './filter-terms.ts';
import { FILTER_CHARACTERS_MAX } from './limits.ts';

/** A piece of a filter, and where it begins. */
export interface Token {
  readonly kind: 'word' | 'text' | 'operator' | 'open' | 'close' | 'end';
  /** As it stands there; of quoted text what it means. */
  readonly text: string;
  readonly at: number;
}

const PIECE = /\s+|(?<open>\()|(?<close>\))|(?<operator>!=|>=|<=|=)|(?<text>"(?:[^"\\]|\\.)*")|(?<word>[\w.:/@+-]+)/y;

/** @throws FilterInvalid for a character that has no place in a filter. */
export function tokensOf(filter: string): readonly Token[] {
  if (filter.length > FILTER_CHARACTERS_MAX)
    throw new FilterInvalid(`${filter.slice(0, 20)}…`, 0, `may have ${FILTER_CHARACTERS_MAX} characters at most`);
  const tokens: Token[] = [];
  let at = 0;
  while (at < filter.length) {
    PIECE.lastIndex = at;
    const found = PIECE.exec(filter);
    if (found === null)
      throw new FilterInvalid(
        filter.slice(at, at + 20),
        at,
        'put text with other characters than letters, digits and ._:/@+- in double quotes',
      );
    const [kind] = Object.entries(found.groups ?? {}).find(([, text]) => text !== undefined) ?? [];
    if (kind !== undefined) tokens.push({ kind: kind as Token['kind'], text: meaningOf(kind, found[0], at), at });
    at = PIECE.lastIndex;
  }
  return [...tokens, { kind: 'end', text: 'its end', at }];
}

function meaningOf(kind: string, text: string, at: number): string {
  if (kind !== 'text') return text;
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new FilterInvalid(text, at, 'is not text as JSON writes it');
  }
}
