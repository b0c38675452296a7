import type { Filter, FilterField, FilterSubject } from './filter-terms.ts';
import { compareTerm } from './match-term.ts';
import { parseTokens } from './parse.ts';
import { tokensOf } from './tokens.ts';

export { FILTER_FIELDS, type Filter, type FilterField, FilterInvalid, type FilterSubject } from './filter-terms.ts';

/**
 * Reads a filter of operations: `name=claim and (verdict=rejected or sender="1Boat…")`. Terms are `field=value`,
 * `field!=value`, and `>=` and `<=` of `height` and of whole numbers in `decoded`, combined by `and`, `or`, `not` and parentheses; a value with other characters
 * than letters, digits and `._:/@+-` stands in double quotes, as JSON writes text. `fields` are those that may be asked for.
 *
 * @throws FilterInvalid naming the term, its place and the rule.
 */
export function parseFilter(text: string, fields?: readonly FilterField[]): Filter {
  return parseTokens(text, tokensOf(text), fields);
}

/** Says whether an operation passes. What is asked of a field that it has not is not equal to anything. */
export function matchesFilter(filter: Filter, subject: FilterSubject): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every((part) => matchesFilter(part, subject));
    case 'or':
      return filter.parts.some((part) => matchesFilter(part, subject));
    case 'not':
      return !matchesFilter(filter.part, subject);
    case 'term':
      return compareTerm(filter, subject);
  }
}
