import { type Collection, canonicalJson, canonicalKey, canonicalRow } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { type Db, dbOf, orDatabaseError } from '../build/database.ts';
import { rowFromSql } from '../build/sql-columns.ts';
import { collectionTable } from '../build/tables.ts';
import { readHashes, type StoredHashes } from '../read/queries.ts';

/** The first place where two operators' projections of one machine differ. */
export interface Divergence {
  readonly height: number;
  /** What differs first: the block itself, then the hashes from the widest meaning to the narrowest. */
  readonly by: 'block' | 'consensus hash' | 'ops hash' | 'changes hash';
  readonly a: string;
  readonly b: string;
  /** The operation, transition or row that makes the difference; null when the blocks themselves differ. */
  readonly first: { readonly what: string; readonly a: string; readonly b: string } | null;
}

/**
 * Finds where two projections part: the first height whose block, consensus hash, ops hash or changes hash differs, and
 * there the first operation or row. Null when all that both have is the same.
 */
export async function findDivergence(a: PostgresProjection, b: PostgresProjection): Promise<Divergence | null> {
  const [ours, theirs] = [await readHashes(a), new Map((await readHashes(b)).map((block) => [block.height, block]))];
  for (const block of ours) {
    const other = theirs.get(block.height);
    if (other === undefined) continue;
    const by = differing(block, other);
    if (by === null) continue;
    const [, name] = by;
    const place = by[0] === 'block' ? null : await firstDifference(a, b, block.height);
    return { height: block.height, by: by[0], a: String(block[name]), b: String(other[name]), first: place };
  }
  return null;
}

const MEANINGS = [
  ['block', 'hash'],
  ['consensus hash', 'consensusHash'],
  ['ops hash', 'opsHash'],
  ['changes hash', 'changesHash'],
] as const;

function differing(a: StoredHashes, b: StoredHashes): (typeof MEANINGS)[number] | null {
  return MEANINGS.find(([, name]) => a[name] !== b[name]) ?? null;
}

async function firstDifference(
  a: PostgresProjection,
  b: PostgresProjection,
  height: number,
): Promise<Divergence['first']> {
  const [ours, theirs] = await Promise.all([a, b].map((projection) => whatHappenedAt(projection, height)));
  for (const what of new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])])) {
    const [left, right] = [ours?.get(what) ?? 'nothing', theirs?.get(what) ?? 'nothing'];
    if (left !== right) return { what, a: left, b: right };
  }
  return null;
}

/** Everything a block did, in the order it is compared: verdicts, transitions, rows. */
async function whatHappenedAt(
  { orm, schema, machine }: PostgresProjection,
  height: number,
): Promise<ReadonlyMap<string, string>> {
  return orDatabaseError(async () => {
    const db = dbOf(orm.em.fork());
    const happened = new Map<string, string>();
    const read = async (table: string, columns: string, order: string): Promise<readonly Record<string, unknown>[]> =>
      (
        await sql<
          Record<string, unknown>
        >`select ${sql.raw(columns)} from ${sql.table(`${schema}.${table}`)} where height = ${height}
          order by ${sql.raw(order)}`.execute(db)
      ).rows;
    for (const row of await read('operations', 'position, txid, verdict, code', 'position')) {
      happened.set(
        `operation ${row['position']} (${row['txid']})`,
        [row['verdict'], row['code']].filter(Boolean).join(' '),
      );
    }
    for (const row of await read('transitions', "vtxindex, encode(serialized, 'hex') as serialized", 'vtxindex')) {
      happened.set(`transition ${row['vtxindex']}`, String(row['serialized']));
    }
    for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
      await addRows(db, schema, name, collection, height, happened);
    }
    return happened;
  });
}

async function addRows(
  db: Db,
  schema: string,
  name: string,
  collection: Collection,
  height: number,
  happened: Map<string, string>,
): Promise<void> {
  const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(`${schema}.${collectionTable(name)}`)}
    where valid_from = ${height} or valid_to = ${height} order by valid_from`.execute(db);
  for (const raw of rows) {
    const row = rowFromSql(collection.columns, raw);
    const what = `row of ${name} ${canonicalJson(canonicalKey(collection, row))}`;
    if (raw['valid_from'] === height) happened.set(what, canonicalJson(canonicalRow(collection, row)));
    else if (!happened.has(what)) happened.set(what, 'deleted');
  }
}
