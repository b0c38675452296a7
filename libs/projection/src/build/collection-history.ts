import type { Height } from '@virtualchain/bitcoin';
import type { Collection, Collections, Row, Version } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { Build } from './build.ts';
import type { BulkColumn } from './bulk/binary-array.ts';
import { bulkWrites, namesOf, selectedOf, unnest } from './bulk/bulk-insert.ts';
import { runWrites, type Write } from './bulk/write.ts';
import { collectionTable, historyView, inIndexOrder } from './collection-table.ts';
import { type Condition, current, inOrder, isStorable } from './conditions.ts';
import type { Db } from './database/database.ts';
import { ELEMENT_CAST, ELEMENT_TYPE, rowFromSql, toElements } from './sql-columns.ts';

/** The rows of one collection of a build with their history: the only place where rows have columns of the machine's. */
export interface History {
  readonly db: Db;
  /** With its schema. */
  readonly table: string;
  /** Of the collection. */
  readonly name: string;
  readonly collection: Collection;
}

/** @throws TypeError when the machine has no such collection. */
export function historyOf({ db, schema, machine }: Build, name: string): History {
  return { db, table: `${schema}.${collectionTable(name)}`, name, collection: collectionOf(machine.collections, name) };
}

export function historiesOf(build: Build): readonly History[] {
  return Object.keys(build.machine.collections).map((name) => historyOf(build, name));
}

/** The same through the views of the live build: `views` has their schema. */
export function viewedHistoryOf({ db, schema, machine }: Build, name: string): History {
  return { db, table: `${schema}.${historyView(name)}`, name, collection: collectionOf(machine.collections, name) };
}

function collectionOf(collections: Collections, name: string): Collection {
  const found = collections[name];
  if (found === undefined) throw new TypeError(`no collection ${JSON.stringify(name)}`);
  return found;
}

// Writing.

/** A current row that ends at a height. */
export interface EndedRow {
  readonly row: Row;
  readonly at: number;
}

/** Inserts rows with the heights between which they hold, alone. */
export function insertVersions(history: History, versions: readonly Version<Row>[]): Promise<void> {
  return runWrites(history.db, versionWrites(history, versions));
}

/** Ends current rows, found by their keys, and inserts rows with the heights between which they hold. */
export function historyWrites(history: History, ended: readonly EndedRow[], begun: readonly Version<Row>[]): Write[] {
  if (ended.length === 0) return versionWrites(history, begun);
  const end = endWrite(history, ended);
  // A key has one current row: the old one ends first.
  return [end, ...versionWrites(history, begun).map((write) => ({ ...write, after: end }))];
}

function versionWrites(history: History, versions: readonly Version<Row>[]): Write[] {
  const rows = versions.map(({ row }) => row);
  return bulkWrites(history.table, [
    ...Object.keys(history.collection.columns).map((name) => columnOf(history, name, rows)),
    { name: 'valid_from', arrayType: 'integer[]', values: versions.map(({ validFrom }) => validFrom) },
    { name: 'valid_to', arrayType: 'integer[]', values: versions.map(({ validTo }) => validTo) },
  ]);
}

function endWrite(history: History, ended: readonly EndedRow[]): Write {
  const keys = keysOf(
    history,
    ended.map(({ row }) => row),
  );
  const columns = [...keys.columns, { name: 'ended_at', arrayType: 'integer[]', values: ended.map(({ at }) => at) }];
  return {
    bytes: 0,
    statement: sql`update ${sql.table(history.table)} t set valid_to = x.ended_at
      from ${unnest(columns)} as x(${namesOf(columns)}) where ${keys.match} and ${current} returning 1`,
    expected: {
      rows: ended.length,
      orElse: (found) => new Error(`${history.table}: ${ended.length} current rows were to end, ${found} were there`),
    },
  };
}

/** Takes rows that began above a height away. */
export async function dropBegunAbove({ db, table }: History, height: number): Promise<void> {
  await sql`delete from ${sql.table(table)} where valid_from > ${height}`.execute(db);
}

/** Makes rows that ended above a height hold again. */
export async function reopenEndedAbove({ db, table }: History, height: number): Promise<void> {
  await sql`update ${sql.table(table)} set valid_to = null where valid_to > ${height}`.execute(db);
}

// Reading.

/** Which rows to read, of those that the condition holds for; in any order where none is given. */
export interface Selection {
  readonly where: Condition;
  readonly order?: readonly string[];
  readonly isNewestFirst?: boolean;
  readonly offset?: number;
  readonly limit?: number;
}

export async function readVersions(history: History, selection: Selection): Promise<readonly Version<Row>[]> {
  const { where, order, isNewestFirst = false, offset = 0, limit } = selection;
  const ordered = order === undefined ? sql`` : sql`order by ${inOrder(order)}`;
  const { rows } = await sql<Found>`select t.* from ${sql.table(history.table)} t where ${where}
    ${isNewestFirst ? sql`order by t.valid_from desc` : ordered}
    ${offset > 0 ? sql`offset ${offset}` : sql``} ${limit === undefined ? sql`` : sql`limit ${limit}`}`.execute(
    history.db,
  );
  return rows.map((found) => versionOf(history, found));
}

export async function countRows({ db, table }: History, where: Condition): Promise<number> {
  const { rows } = await sql<{ n: string }>`select count(*) as n from ${sql.table(table)} t where ${where}`.execute(db);
  return Number(rows[0]?.n ?? 0);
}

/** The collections that have no row, and never had one that was not taken back. */
export async function emptyCollections(build: Build): Promise<readonly string[]> {
  const histories = historiesOf(build);
  if (histories.length === 0) return [];
  const found = histories.map(({ name, table }) => sql`exists (select from ${sql.table(table)}) as ${sql.ref(name)}`);
  const { rows } = await sql<Readonly<Record<string, boolean>>>`select ${sql.join(found)}`.execute(build.db);
  return histories.filter(({ name }) => rows[0]?.[name] === false).map(({ name }) => name);
}

/** The rows of some keys that the condition holds for, those that there are. */
export async function readHeld(history: History, keys: readonly Row[], holds: Condition): Promise<readonly Row[]> {
  const storable = keys.filter((row) => history.collection.key.every((name) => isStorable(row[name])));
  if (storable.length === 0) return [];
  const { columns, match } = keysOf(history, storable);
  const { rows } = await sql<Found>`select t.* from ${sql.table(history.table)} t
    join ${unnest(columns)} as x(${namesOf(columns)}) on ${match} where ${holds}`.execute(history.db);
  return rows.map((found) => rowFromSql(history.collection.columns, found));
}

/**
 * The rows of many ranges of one index that `holds` holds for, in any order; of each range no more than `perRange`, the first
 * ones. All prefixes name the same columns, one at least, none of them null. Null when there are more than `inAll` of them.
 */
export async function readRanges(
  history: History,
  index: string,
  prefixes: readonly Row[],
  { holds, perRange, inAll }: { readonly holds: Condition; readonly perRange: number; readonly inAll: number },
): Promise<readonly Row[] | null> {
  const { columns, key, indexes } = history.collection;
  const names = (indexes[index] ?? []).filter((name) => prefixes[0]?.[name] !== undefined);
  const wanted = names.map((name) => columnOf(history, name, prefixes));
  const same = sql.join(
    wanted.map((column) => sql`t.${sql.ref(column.name)} = ${selectedOf(column)}`),
    sql` and `,
  );
  const order = inOrder(inIndexOrder(indexes[index] ?? [], key));
  const { rows } = await sql<Found>`select r.* from ${unnest(wanted)} as x(${namesOf(wanted)})
    cross join lateral (select t.* from ${sql.table(history.table)} t where ${same} and ${holds}
      order by ${order} limit ${perRange}) r limit ${inAll + 1}`.execute(history.db);
  return rows.length > inAll ? null : rows.map((found) => rowFromSql(columns, found));
}

/**
 * The lowest height at which rows of a collection do not fit together, null where all do: a row that ends before it
 * begins, above the newest block, or while the next one of its key holds. No fold leaves such rows behind, and hashes of
 * changes do not cover them.
 */
export async function misplacedFrom({ db, table, collection }: History, top: number): Promise<number | null> {
  const keys = sql.join(collection.key.map((column) => sql.ref(column)));
  const { rows } = await sql<{ height: number | null }>`select min(valid_from) as height from (
      select valid_from, valid_to, lag(valid_from) over w as earlier, lag(valid_to) over w as ended
      from ${sql.table(table)} window w as (partition by ${keys} order by valid_from)
    ) r where valid_from > ${top} or valid_to > ${top} or valid_to <= valid_from
      or (earlier is not null and (ended is null or ended > valid_from))`.execute(db);
  return rows[0]?.height ?? null;
}

type Found = Readonly<Record<string, unknown>> & { readonly valid_from: Height; readonly valid_to: Height | null };

function versionOf({ collection }: History, found: Found): Version<Row> {
  return { row: rowFromSql(collection.columns, found), validFrom: found.valid_from, validTo: found.valid_to };
}

/** The keys of some rows as columns for `unnest`, called `x`, and the condition that a row `t` has one of them. */
function keysOf(history: History, rows: readonly Row[]): { columns: readonly BulkColumn[]; match: Condition } {
  const columns = history.collection.key.map((name) => columnOf(history, name, rows));
  const same = columns.map((column) => sql`t.${sql.ref(column.name)} = ${selectedOf(column)}`);
  return { columns, match: sql.join(same, sql` and `) };
}

/** One column of many rows. */
function columnOf({ collection }: History, name: string, rows: readonly Row[]): BulkColumn {
  const column = collection.columns[name];
  if (column === undefined) throw new TypeError(`no column ${name}`);
  const values = toElements(column, name, rows);
  const cast = ELEMENT_CAST[column.kind];
  const made = { name, arrayType: ELEMENT_TYPE[column.kind], values };
  return cast === undefined ? made : { ...made, cast };
}
