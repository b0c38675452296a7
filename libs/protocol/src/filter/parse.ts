import { bytesToHex, parseAddress, scriptOfTarget } from '@virtualchain/bitcoin';
import { FILTER_FIELDS, type Filter, type FilterField, FilterInvalid, type FilterTerm } from './filter-terms.ts';
import { FILTER_DEPTH_MAX, FILTER_TERMS_MAX } from './limits.ts';
import type { Token } from './tokens.ts';
import { NUMBER_DIGITS_MAX, WHOLE_NUMBER } from './whole-number.ts';

/** What has to follow a field, by its name; the others take any text. */
const RULES: Readonly<Partial<Record<FilterField, { readonly pattern: RegExp; readonly rule: string }>>> = {
  opcode: { pattern: /^[0-9a-f]{2}$/, rule: 'an opcode is two digits of lower-case hex' },
  verdict: { pattern: /^(accepted|rejected|ignored)$/, rule: 'a verdict is accepted, rejected or ignored' },
  txid: { pattern: /^[0-9a-f]{64}$/, rule: 'a transaction id is 64 digits of lower-case hex' },
  height: { pattern: /^[0-9]{1,10}$/, rule: 'a height is a whole number' },
};

/** @throws FilterInvalid */
export function parseTokens(
  text: string,
  tokens: readonly Token[],
  fields: readonly FilterField[] = FILTER_FIELDS,
): Filter {
  let next = 0;
  let terms = 0;
  let depth = 0;
  const peek = (): Token => tokens[next] as Token;
  const take = (): Token => tokens[next++] as Token;
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().text.toLowerCase() === word;

  const joined = (word: 'and' | 'or', part: () => Filter): Filter => {
    const parts = [part()];
    while (isWord(word)) {
      next++;
      parts.push(part());
    }
    return parts.length === 1 ? (parts[0] as Filter) : { kind: word, parts };
  };
  const anyOf = (): Filter => joined('or', () => joined('and', one));
  const one = (): Filter => {
    const token = peek();
    if (token.kind !== 'open' && !isWord('not')) return term();
    if (++depth > FILTER_DEPTH_MAX)
      throw new FilterInvalid(token.text, token.at, `not and parentheses lie ${FILTER_DEPTH_MAX} deep at most`);
    next++;
    const inner = token.kind === 'open' ? anyOf() : one();
    if (token.kind === 'open') expectKind(take(), 'close', 'a closing parenthesis is missing before it');
    depth--;
    return token.kind === 'open' ? inner : { kind: 'not', part: inner };
  };
  const term = (): Filter => {
    const name = expectKind(take(), 'word', `a term begins with one of ${fields.map(spelled).join(', ')}`);
    if (++terms > FILTER_TERMS_MAX) throw new FilterInvalid(name.text, name.at, `${FILTER_TERMS_MAX} terms at most`);
    const operator = expectKind(
      take(),
      'operator',
      `${name.text} is followed by =, != or, where it is height or decoded, >= or <=`,
    );
    const value = take();
    if (value.kind !== 'word' && value.kind !== 'text')
      throw new FilterInvalid(value.text, value.at, `a value is missing behind ${name.text}${operator.text}`);
    return termOf({ name, operator, value }, text, fields);
  };

  const filter = anyOf();
  expectKind(take(), 'end', 'and, or, or the end is expected here');
  return filter;
}

const spelled = (field: FilterField): string => (field === 'decoded' ? 'decoded.<path>' : field);

function expectKind(token: Token, kind: Token['kind'], rule: string): Token {
  if (token.kind !== kind) throw new FilterInvalid(token.text, token.at, rule);
  return token;
}

interface TermTokens {
  readonly name: Token;
  readonly operator: Token;
  readonly value: Token;
}

function termOf({ name, operator, value }: TermTokens, text: string, fields: readonly FilterField[]): FilterTerm {
  const refuse = (rule: string): never => {
    throw new FilterInvalid(text.slice(name.at, endOf(value, text)), name.at, rule);
  };
  const [first = '', ...path] = name.text.split('.');
  const field = fields.find((each) => each === first);
  if (field === undefined || (field === 'decoded') !== path.length > 0 || path.includes(''))
    return refuse(`${name.text} is no field here: ${fields.map(spelled).join(', ')}`);
  const isOrder = operator.text === '>=' || operator.text === '<=';
  if (isOrder && field !== 'height' && field !== 'decoded')
    return refuse(`${operator.text} compares heights, and whole numbers in decoded`);
  if (isOrder && field === 'decoded' && !WHOLE_NUMBER.test(value.text))
    return refuse(`${operator.text} compares with a whole number of at most ${NUMBER_DIGITS_MAX} digits`);
  const rule = RULES[field];
  if (rule !== undefined && !rule.pattern.test(value.text)) return refuse(rule.rule);
  const script = field === 'sender' || field === 'address' ? scriptOf(value.text) : null;
  if (script === null && (field === 'sender' || field === 'address'))
    return refuse(field === 'sender' ? 'a sender is an address, or a script as hex' : 'this is no address');
  return { kind: 'term', field, path, operator: operator.text as FilterTerm['operator'], value: value.text, script };
}

/** What an address pays to, or a script as hex; null for neither. */
function scriptOf(value: string): string | null {
  const target = parseAddress(value);
  if (target !== null) return bytesToHex(scriptOfTarget(target));
  return /^([0-9a-f]{2})+$/.test(value) ? value : null;
}

function endOf({ kind, text, at }: Token, filter: string): number {
  return kind === 'text' ? filter.indexOf('"', at + 1) + 1 || filter.length : at + text.length;
}
