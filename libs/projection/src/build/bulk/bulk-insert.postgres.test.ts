import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { sql } from 'kysely';
import { sharedServers } from '../../../../../test/kit/shared-servers.ts';
import { COPIED_ROWS_MIN } from '../../limits.ts';
import { inTransaction, openDatabase } from '../database/database.ts';
import type { BulkColumn } from './binary-array.ts';
import { bulkWrites } from './bulk-insert.ts';
import { runWrites } from './write.ts';

let parts: RealParts<'postgres'>;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

test('records of more bytes than one statement takes are stored all the same', async () => {
  const database = openDatabase(await parts.postgres.createDatabase(`bulk_${parts.runId}`.toLowerCase()), 'public');
  try {
    const event = Buffer.alloc(7_000_000, 0xab);
    const rows = 40; // more than one statement sends
    const columns = [
      { name: 'position', arrayType: 'integer[]', values: Array.from({ length: rows }, (_, position) => position) },
      { name: 'event', arrayType: 'bytea[]', values: new Array<Buffer>(rows).fill(event) },
    ];
    await inTransaction(database.db, async (db) => {
      await sql`create table public.records (position integer primary key, event bytea)`.execute(db);
      await runWrites(db, bulkWrites('public.records', columns));
    });
    const { rows: found } = await inTransaction(database.db, (db) =>
      sql<{ count: number; bytes: number }>`
        select count(*)::integer as count, min(length(event)) as bytes from public.records`.execute(db),
    );
    expect(found).toEqual([{ count: rows, bytes: event.length }]);
  } finally {
    await database.close();
  }
}, 120_000);

test('very many rows are copied: every type arrives as it was, and what Postgres refuses comes back as its error', async () => {
  const url = await parts.postgres.createDatabase(`copied_${parts.runId}`.toLowerCase());
  const database = openDatabase(url, 'public');
  await using _closed = { [Symbol.asyncDispose]: () => database.close() };
  const rows = COPIED_ROWS_MIN + 1;
  const values = <Value>(of: (row: number) => Value): Value[] => Array.from({ length: rows }, (_, row) => of(row));
  const text = (row: number) => (row % 7 === 0 ? null : `name ${row} ${'é€😀'.repeat(row % 20)}`);
  const big = (row: number) => (row % 2 === 0 ? BigInt(row) * 9_007_199_254_740_993n : -row);
  const columns: BulkColumn[] = [
    { name: 'number', arrayType: 'integer[]', values: values((row) => row) },
    { name: 'small', arrayType: 'smallint[]', values: values((row) => (row % 3 === 0 ? null : -(row % 300))) },
    { name: 'big', arrayType: 'bigint[]', values: values(big) },
    { name: 'float', arrayType: 'float8[]', values: values((row) => row / 3) },
    { name: 'yes', arrayType: 'boolean[]', values: values((row) => row % 2 === 1) },
    { name: 'text', arrayType: 'text[]', values: values(text) },
    { name: 'bytes', arrayType: 'bytea[]', values: values((row) => Buffer.alloc(row % 40, row)) },
    { name: 'hex', arrayType: 'bytea[]', values: values((row) => 'ab'.repeat(row % 40)) },
    {
      name: 'json',
      arrayType: 'text[]',
      cast: 'jsonb',
      values: values((row) => JSON.stringify({ row, text: text(row) })),
    },
  ];
  await inTransaction(database.db, async (db) => {
    await sql`create table public.copied (number integer primary key, small smallint, big bigint, float float8, yes boolean,
      text text, bytes bytea, hex bytea, json jsonb)`.execute(db);
    await runWrites(db, bulkWrites('public.copied', columns));
  });
  const { rows: found } = await sql`select number, small, big::text, float, yes, text, encode(bytes, 'hex') as bytes,
    encode(hex, 'hex') as hex, json from public.copied order by number`.execute(database.db);
  expect(found).toEqual(
    values((row) => ({
      number: row,
      small: columns[1]?.values[row],
      big: String(big(row)),
      float: row / 3,
      yes: row % 2 === 1,
      text: text(row),
      bytes: Buffer.alloc(row % 40, row).toString('hex'),
      hex: 'ab'.repeat(row % 40),
      json: { row, text: text(row) },
    })),
  );
  await expect(inTransaction(database.db, (db) => runWrites(db, bulkWrites('public.copied', columns)))).rejects.toThrow(
    /duplicate key/,
  );
  const { rows: left } = await sql`select count(*)::integer as rows from public.copied`.execute(database.db);
  expect(left).toEqual([{ rows }]);
}, 120_000);
