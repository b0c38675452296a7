import { hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import { NUMERIC_TEXT_DIGITS_MAX } from '../limits.ts';
import type { Column, ColumnValue } from './collection.ts';

/** A value of a column as a person types it, or what it has to be. */
export type ColumnText =
  | { readonly kind: 'value'; readonly value: ColumnValue }
  | { readonly kind: 'problem'; readonly rule: string };

const INT64_MAX = 2n ** 63n - 1n;
const NUMERIC = new RegExp(`^(?:0|-?[1-9]\\d{0,${NUMERIC_TEXT_DIGITS_MAX - 1}})$`);

/** Reads what a person, or an address of the web, gives for a column. Total: what is no value has a rule as its answer. */
export function readColumnText({ kind }: Pick<Column<unknown>, 'kind'>, text: string): ColumnText {
  switch (kind) {
    case 'text':
      return text.includes('\u0000') || !text.isWellFormed() ? problem('text without NUL') : value(text);
    case 'bytes':
      return isHexBytes(text) ? value(hexToBytes(text)) : problem('bytes as hex');
    case 'integer': {
      const number = Number(text);
      const isWhole = /^-?\d{1,16}$/.test(text) && Number.isSafeInteger(number) && !Object.is(number, -0);
      return isWhole ? value(number) : problem('a whole number of at most 53 bits');
    }
    case 'numeric':
      return NUMERIC.test(text)
        ? value(BigInt(text))
        : problem(`a whole number of at most ${NUMERIC_TEXT_DIGITS_MAX} digits`);
    case 'bigint': {
      const number = /^-?\d{1,19}$/.test(text) ? BigInt(text) : null;
      return number === null || number > INT64_MAX || number < -INT64_MAX
        ? problem('a whole number of at most 63 bits')
        : value(number);
    }
    case 'boolean':
      return text === 'true' || text === 'false' ? value(text === 'true') : problem('true or false');
    case 'legacyFloat':
    case 'list':
      return problem('a column that can be looked up by, and this one cannot');
  }
}

const value = (of: ColumnValue): ColumnText => ({ kind: 'value', value: of });
const problem = (rule: string): ColumnText => ({ kind: 'problem', rule });
