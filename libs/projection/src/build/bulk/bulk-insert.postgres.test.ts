import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { sql } from 'kysely';
import { sharedServers } from '../../../../../test/kit/shared-servers.ts';
import { inTransaction, openDatabase } from '../database/database.ts';
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
