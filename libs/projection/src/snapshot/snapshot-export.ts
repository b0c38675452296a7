import { type Collection, canonicalRow } from '@virtualchain/machine';
import { sql } from 'kysely';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { type Db, inSnapshot } from '../build/database.ts';
import { rowFromSql } from '../build/sql-columns.ts';
import { collectionTable } from '../build/tables.ts';
import { NotFound } from '../errors.ts';
import { type MachineInstance, parametersHash } from '../registry/builds.ts';
import { type SnapshotHeader, type SnapshotLine, writeSnapshotFile } from './snapshot-file.ts';

const BLOCKS_PER_READ = 500;
const ROWS_PER_READ = 5_000;

export interface ExportOptions {
  readonly path: string;
  /** Ed25519 private key, PEM. */
  readonly pem: string;
  /** The newest block by default. */
  readonly height?: number;
  readonly onProgress?: (height: number, to: number) => void;
}

/** Writes one signed file of a projection at a height: rows with their history, operations, transitions, blocks. */
export async function exportSnapshot(
  projection: PostgresProjection,
  instance: MachineInstance,
  options: ExportOptions,
): Promise<SnapshotHeader> {
  const { schema, machine, orm } = projection;
  return inSnapshot(orm, async (db) => {
    const tip = (
      await sql<Record<string, unknown>>`select * from ${sql.table(`${schema}.blocks`)} where consensus_hash is not null
            and height <= ${options.height ?? 2 ** 31 - 1} order by height desc limit 1`.execute(db)
    ).rows[0];
    if (tip === undefined || (options.height !== undefined && tip['height'] !== options.height)) {
      throw new NotFound(`${schema} has no folded block at height ${options.height ?? 'of its tip'}`);
    }
    const header = {
      chain: instance.chain.name,
      machine: machine.name,
      version: machine.version,
      network: instance.network,
      parametersHash: parametersHash(instance),
      height: Number(tip['height']),
      hash: String(tip['hash']),
      consensusHash: String(tip['consensus_hash']),
      changesHash: String(tip['changes_hash']),
    };
    return writeSnapshotFile(
      options.path,
      header,
      options.pem,
      contentOf(db, projection, header.height, options.onProgress),
    );
  });
}

async function* contentOf(
  db: Db,
  { schema, machine }: PostgresProjection,
  to: number,
  onProgress?: ExportOptions['onProgress'],
): AsyncGenerator<SnapshotLine> {
  const blocks = sql.table(`${schema}.blocks`);
  const { rows } = await sql<{ low: number }>`select min(height) as low from ${blocks}`.execute(db);
  for (let from = rows[0]?.low ?? 0; from <= to; from += BLOCKS_PER_READ) {
    const upTo = Math.min(to, from + BLOCKS_PER_READ - 1);
    for (const [t, table, order] of [
      ['block', 'blocks', 'height'],
      ['operation', 'operations', 'height, position'],
      ['transition', 'transitions', 'height, vtxindex'],
    ] as const) {
      const found = await sql<Record<string, unknown>>`select * from ${sql.table(`${schema}.${table}`)}
        where height between ${from} and ${upTo} order by ${sql.raw(order)}`.execute(db);
      for (const row of found.rows) yield { t, ...plain(row) };
    }
    onProgress?.(upTo, to);
  }
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
    yield* rowsOf(db, schema, name, collection, to);
  }
}

/** History rows in the order of their beginning; what ended above the height had not ended yet. */
async function* rowsOf(
  db: Db,
  schema: string,
  name: string,
  collection: Collection,
  to: number,
): AsyncGenerator<SnapshotLine> {
  const order = sql.join(['valid_from', ...collection.key].map((column) => sql.ref(column)));
  for (let offset = 0; ; offset += ROWS_PER_READ) {
    const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(`${schema}.${collectionTable(name)}`)}
      where valid_from <= ${to} order by ${order} limit ${ROWS_PER_READ} offset ${offset}`.execute(db);
    for (const raw of rows) {
      const ended = raw['valid_to'] as number | null;
      const v = canonicalRow(collection, rowFromSql(collection.columns, raw));
      yield { t: 'row', c: name, from: Number(raw['valid_from']), to: ended === null || ended > to ? null : ended, v };
    }
    if (rows.length < ROWS_PER_READ) return;
  }
}

/** Bytes as hex; everything else as the driver gives it. */
function plain(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
    ]),
  );
}
