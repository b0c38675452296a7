import {
  type AnyStateMachine,
  type Collection,
  type CollectionHashes,
  encodeTuple,
  type Row,
  type RowChange,
} from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../build/database.ts';
import { rowFromSql } from '../build/sql-columns.ts';
import { collectionTable } from '../build/tables.ts';

/** What a projection keeps of its blocks, read for `verify`. */
export interface StoredBlock {
  readonly height: number;
  readonly hash: string;
  readonly previous_hash: string;
  readonly time: string;
  readonly ops_hash: string;
  readonly consensus_hash: string;
  readonly changes_hash: string;
  readonly collection_hashes: CollectionHashes;
  readonly digest: string;
  readonly operation_count: number;
}

export interface Step {
  readonly blocks: readonly StoredBlock[];
  readonly operations: ReadonlyMap<number, readonly StoredOperation[]>;
  readonly transitions: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly changes: ReadonlyMap<number, readonly RowChange[]>;
}

export interface StoredOperation {
  readonly verdict: string;
  readonly code: string | null;
  readonly event: Uint8Array;
}

export async function readStep(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  from: number,
  to: number,
): Promise<Step> {
  const all = async <Found>(
    table: string,
    columns: string,
    order: string,
  ): Promise<readonly (Found & { readonly height: number })[]> => {
    const query: RawBuilder<Found & { readonly height: number }> =
      sql`select ${sql.raw(columns)} from ${sql.table(`${schema}.${table}`)}
      where height between ${from} and ${to} order by ${sql.raw(order)}`;
    return (await query.execute(db)).rows;
  };
  const blocks = await all<StoredBlock>('blocks', '*', 'height');
  const operations = await all<StoredOperation>('operations', 'height, verdict, code, event', 'height, position');
  const transitions = await all<{ serialized: Uint8Array }>('transitions', 'height, serialized', 'height, vtxindex');
  const serialized = Map.groupBy(transitions, ({ height }) => height);
  return {
    blocks,
    operations: Map.groupBy(operations, ({ height }) => height),
    transitions: new Map(
      [...serialized].map(([height, rows]) => [height, rows.map((row) => new Uint8Array(row.serialized))]),
    ),
    changes: await readChanges(db, schema, machine, from, to),
  };
}

/** What the history rows say was changed at each height from `from` to `to`. */
export async function readChanges(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, RowChange[]>> {
  const byHeight = new Map<number, RowChange[]>();
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
    const table = sql.table(`${schema}.${collectionTable(name)}`);
    const began = await sql<
      Record<string, unknown>
    >`select * from ${table} where valid_from between ${from} and ${to}`.execute(db);
    const ended = await sql<
      Record<string, unknown>
    >`select * from ${table} where valid_to between ${from} and ${to}`.execute(db);
    const changes = new Map<string, RowChange & { at: number }>();
    const keyOf = (row: Row): string => encodeTuple(collection.columns, collection.key, row);
    for (const raw of ended.rows) {
      const row = rowFromSql(collection.columns, raw);
      const at = Number(raw['valid_to']);
      changes.set(`${at} ${keyOf(row)}`, { collection: name, key: keyOf(row), before: row, after: null, at });
    }
    for (const raw of began.rows) {
      const row = rowFromSql(collection.columns, raw);
      const at = Number(raw['valid_from']);
      const id = `${at} ${keyOf(row)}`;
      changes.set(id, { collection: name, key: keyOf(row), before: changes.get(id)?.before ?? null, after: row, at });
    }
    for (const { at, ...change } of changes.values()) {
      const list = byHeight.get(at) ?? [];
      list.push(change);
      byHeight.set(at, list);
    }
  }
  return byHeight;
}

/**
 * The lowest height at which rows of a collection do not fit together, null where all do: a row that ends before it
 * begins, above the newest block, or while the next one of its key holds. No fold leaves such rows behind, and hashes of
 * changes do not cover them.
 */
export async function misplacedFrom(
  db: Db,
  schema: string,
  name: string,
  { key }: Collection,
  top: number,
): Promise<number | null> {
  const keys = sql.join(key.map((column) => sql.ref(column)));
  const { rows } = await sql<{ height: number | null }>`select min(valid_from) as height from (
      select valid_from, valid_to, lag(valid_from) over w as earlier, lag(valid_to) over w as ended
      from ${sql.table(`${schema}.${collectionTable(name)}`)} window w as (partition by ${keys} order by valid_from)
    ) r where valid_from > ${top} or valid_to > ${top} or valid_to <= valid_from
      or (earlier is not null and (ended is null or ended > valid_from))`.execute(db);
  return rows[0]?.height ?? null;
}
