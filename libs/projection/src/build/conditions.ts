import type { Columns, ColumnValue, Row } from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import { PARAMETER_TYPE, toSql } from './sql-columns.ts';

/** Conditions over the rows `t` of a collection, every value a parameter. */
export type Condition = RawBuilder<unknown>;

export const always: Condition = sql`true`;
const never: Condition = sql`false`;

export function all(...conditions: readonly Condition[]): Condition {
  return conditions.length === 0 ? always : sql.join([...conditions], sql` and `);
}

/** Rows that hold now. */
export const current: Condition = sql`t.valid_to is null`;

/** Rows of the state at a height. */
export const heldAt = (height: number): Condition =>
  sql`t.valid_from <= ${height} and (t.valid_to is null or t.valid_to > ${height})`;

export const beganUpTo = (height: number): Condition => sql`t.valid_from <= ${height}`;

/** Rows that began at the height which a column of theirs names. */
export const beganAt = (column: string): Condition => sql`t.valid_from = ${ref(column)}`;

export const beganBetween = (from: number, to: number): Condition => sql`t.valid_from between ${from} and ${to}`;

export const beganOrEndedAt = (height: number): Condition => sql`(t.valid_from = ${height} or t.valid_to = ${height})`;

export const endedBetween = (from: number, to: number): Condition => sql`t.valid_to between ${from} and ${to}`;

/** Text with a NUL, or that is not well-formed, is in no row: Postgres cannot hold it, and refuses to look for it. */
export const isStorable = (value: unknown): boolean =>
  typeof value !== 'string' || (!value.includes('\u0000') && value.isWellFormed());

/** Columns that equal those of `row`. */
export function equalTo(columns: Columns, names: readonly string[], row: Row): Condition {
  if (!names.every((name) => isStorable(row[name]))) return never;
  return all(
    ...names.map((name) =>
      row[name] === null ? sql`${ref(name)} is null` : sql`${ref(name)} = ${parameter(columns, name, row)}`,
    ),
  );
}

/** Columns that are no less than those of `row`. */
export function noLessThan(columns: Columns, row: Row): Condition {
  return all(...given(row).map((name) => sql`${ref(name)} >= ${parameter(columns, name, storable(row))}`));
}

/** Behind `row` in the order of `names`, null last. A row comparison, which an index can answer, where none is nullable. */
export function behind(columns: Columns, names: readonly string[], row: Row): Condition {
  const missing = names.find((name) => row[name] === undefined);
  if (missing !== undefined) throw new TypeError(`after: the rows are ordered by ${missing}, which it does not name`);
  const values = storable(row);
  if (names.some((name) => columns[name]?.nullable)) return sql`(${oneByOne(columns, names, values)})`;
  if (names.length === 0) return never;
  return sql`(${sql.join(names.map(ref))}) > (${sql.join(names.map((name) => parameter(columns, name, values)))})`;
}

function oneByOne(columns: Columns, names: readonly string[], row: Row): Condition {
  const [name, ...rest] = names;
  if (name === undefined) return never;
  const beyond =
    row[name] === null ? never : sql`(${ref(name)} > ${parameter(columns, name, row)} or ${ref(name)} is null)`;
  return sql`${beyond} or (${equalTo(columns, [name], row)} and (${oneByOne(columns, rest, row)}))`;
}

export function inOrder(names: readonly string[]): RawBuilder<unknown> {
  return sql.join(names.map(ref));
}

export const given = (row: Row): readonly string[] => Object.keys(row).filter((name) => row[name] !== undefined);

function ref(name: string): RawBuilder<unknown> {
  return sql`t.${sql.ref(name)}`;
}

/** Where no row holds a NUL, what is behind a text is behind its part before one. */
function storable(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]): [string, ColumnValue] => [
      name,
      typeof value === 'string' ? (value.split('\u0000')[0] ?? '').toWellFormed() : value,
    ]),
  );
}

function parameter(columns: Columns, name: string, row: Row): RawBuilder<unknown> {
  const column = columns[name];
  if (column === undefined) throw new TypeError(`no column ${name}`);
  return sql`${toSql(column, row[name] ?? null)}::${sql.raw(PARAMETER_TYPE[column.kind])}`;
}
