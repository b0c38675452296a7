import type { LegacyFloat } from '../hash/field-value.ts';
import { NUMERIC_DIGITS_MAX } from '../limits.ts';

/** The types that columns have. */
export type ColumnKind = 'text' | 'bytes' | 'integer' | 'bigint' | 'numeric' | 'boolean' | 'legacyFloat' | 'list';

declare const held: unique symbol;

/** A typed column of a collection. `Value` is what rows hold there. */
export interface Column<Value> {
  readonly kind: ColumnKind;
  readonly nullable: boolean;
  /** The element of a list. */
  readonly of?: Column<unknown>;
  /** How many decimal digits a `numeric` has at most, where it is bounded. */
  readonly digits?: number;
  readonly [held]?: Value;
}

function column<Value>(kind: ColumnKind, of?: Column<unknown>): Column<Value> {
  return of === undefined ? { kind, nullable: false } : { kind, nullable: false, of };
}

/** Well-formed Unicode without NUL. */
export const text = (): Column<string> => column('text');
/** A column of bytes. */
export const bytes = (): Column<Uint8Array> => column('bytes');
/** A whole number within ±2^53. */
export const integer = (): Column<number> => column('integer');
/** A whole number within signed 64 bits: satoshis and the like. */
export const bigint = (): Column<bigint> => column('bigint');
/**
 * A whole number of any size, or of at most so many decimal digits: 39 for unsigned 128 bits.
 *
 * @throws TypeError for digits that are not 1 to 1,000, as Postgres takes them.
 */
export function numeric(digits?: number): Column<bigint> {
  if (digits === undefined) return column('numeric');
  if (!Number.isInteger(digits) || digits < 1 || digits > NUMERIC_DIGITS_MAX)
    throw new TypeError(`a numeric of ${digits} digits: give 1 to ${NUMERIC_DIGITS_MAX}`);
  return { ...column<bigint>('numeric'), digits };
}
/** A column of true or false. */
export const boolean = (): Column<boolean> => column('boolean');
/** A column of floats as the original's Python wrote them, kept for its hashes. */
export const legacyFloat = (): Column<LegacyFloat> => column('legacyFloat');
/** A column of lists, whose items are as those of the column that is given. */
export const list = <Value>(of: Column<Value>): Column<readonly Value[]> => column('list', of);
/** The same column, in which null may stand. */
export const nullable = <Value>(of: Column<Value>): Column<Value | null> =>
  ({ ...of, nullable: true }) as Column<Value | null>;

/** A value of a column. `bigint` and `numeric` are bigint here, `bytes` are Uint8Array. */
export type ColumnValue = string | Uint8Array | number | bigint | boolean | LegacyFloat | readonly unknown[] | null;
/** A row: values by the names of their columns. */
export type Row = Readonly<Record<string, ColumnValue>>;
/** The columns of a collection, by name. */
export type Columns = Readonly<Record<string, Column<unknown>>>;

/** One keyed table of a machine's state: columns, the key, and named indexes, both tuples of columns. */
export interface Collection<C extends Columns = Columns, K extends string = string, I extends string = string> {
  readonly columns: C;
  readonly key: readonly K[];
  readonly indexes: Readonly<Record<I, readonly string[]>>;
}

/** The collections of a machine, by name. */
export type Collections = Readonly<Record<string, Collection>>;

type ValueOf<C> = C extends Column<infer Value> ? Value : never;
/** The row type of a collection. */
export type RowOf<C extends Collection> = { readonly [N in keyof C['columns']]: ValueOf<C['columns'][N]> };
/** The key of a collection, by column name. */
export type KeyOf<C extends Collection> =
  C extends Collection<infer Cs, infer K, string> ? { readonly [N in K & keyof Cs]: ValueOf<Cs[N]> } : never;

const NAME = /^[a-z][a-z0-9_]{0,40}$/;
const RESERVED = new Set(['valid_from', 'valid_to']);
const UNSORTABLE: readonly ColumnKind[] = ['list', 'legacyFloat'];

/**
 * Defines a collection.
 *
 * @throws TypeError naming the column and the rule, for names that are no SQL identifiers, a nullable key, or a key or
 * index over columns that do not exist or do not sort.
 */
export function collection<
  const C extends Columns,
  const K extends keyof C & string,
  const I extends Readonly<Record<string, readonly (keyof C & string)[]>> = Record<never, never>,
>(definition: {
  readonly columns: C;
  readonly key: readonly K[];
  readonly indexes?: I;
}): Collection<C, K, keyof I & string> {
  const { columns, key } = definition;
  const indexes = (definition.indexes ?? {}) as Readonly<Record<keyof I & string, readonly string[]>>;
  for (const name of Object.keys(columns)) {
    if (!NAME.test(name) || RESERVED.has(name))
      throw new TypeError(`column ${JSON.stringify(name)}: not a free name like [a-z][a-z0-9_]*`);
  }
  if (key.length === 0) throw new TypeError('a collection needs a key of one column or more');
  const tuples: [string, readonly string[]][] = [
    ['the key', key],
    ...(Object.entries(indexes) as [string, readonly string[]][]),
  ];
  for (const [what, tuple] of tuples) {
    for (const name of tuple) {
      const found = columns[name];
      if (found === undefined)
        throw new TypeError(`${what} names the column ${JSON.stringify(name)}, which does not exist`);
      if (UNSORTABLE.includes(found.kind))
        throw new TypeError(`${what} names the column ${name}: a ${found.kind} does not sort`);
      if (what === 'the key' && found.nullable)
        throw new TypeError(`the key names the column ${name}: a key is never null`);
    }
  }
  return { columns, key, indexes };
}
