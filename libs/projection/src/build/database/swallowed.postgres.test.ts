import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { sql } from 'kysely';
import { sharedServers } from '../../../../../test/kit/shared-servers.ts';
import { inMoved, insertCheckpoint, readCheckpoint } from '../checkpoint.ts';
import { connectDatabase, inTransaction, openDatabase } from './database.ts';

let parts: RealParts<'postgres'>;
let url: string;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  url = await parts.postgres.createDatabase(`swallowed_${parts.runId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'));
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

/** A network that passes everything on, until it passes on nothing, without a word to either side. */
async function swallowingNetwork(to: string) {
  const { hostname, port } = new URL(to);
  const sockets: Socket[] = [];
  let swallows = false;
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const [from, into] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.push(from);
      from.on('data', (chunk) => swallows || into.write(chunk));
      from.on('close', () => swallows || into.destroy());
      from.on('error', () => undefined);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const through = new URL(to);
  through.port = String((server.address() as { readonly port: number }).port);
  return {
    url: through.href,
    swallow() {
      swallows = true;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

test('connection-that-swallows-everything: a transaction ends with an error that is tried again, and the pool closes', async () => {
  const network = await swallowingNetwork(url);
  const purpose = { name: 'test', connectionsMax: 1, statementTimeoutMs: 500 };
  const database = connectDatabase(network.url, purpose);
  try {
    const ended = inTransaction(database.db, async (db) => {
      await sql`select 1`.execute(db);
      network.swallow();
      await sql`select 2`.execute(db);
    });
    await expect(ended).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', remedy: 'retry' });
    await database.close();
  } finally {
    network.close();
  }
}, 60_000);

test('frozen-inside-its-transaction: Postgres ends its session, and another moves the checkpoint', async () => {
  const schema = 'frozen';
  const database = openDatabase(url, schema);
  try {
    await inTransaction(database.db, async (db) => {
      await sql`create schema frozen`.execute(db);
      await sql`create table frozen.checkpoint (id integer not null, log text, epoch integer, writer text, sequence bigint, log_offset bigint,
        height integer, hash text, feed text, feed_position bigint, status text, fault jsonb, updated_at timestamptz)`.execute(
        db,
      );
      await insertCheckpoint({ db, schema }, null);
    });
    const from = await inTransaction(database.db, (db) => readCheckpoint({ db, schema }));
    const to = { log: '6f', epoch: 1, writer: 'b2', sequence: 1, offset: 1n, height: null, hash: null };
    const woken = Promise.withResolvers<void>();
    const holding = Promise.withResolvers<void>();
    const build = { db: database.db, schema };
    const hold = async (db: typeof build.db): Promise<void> => {
      holding.resolve();
      await woken.promise;
      await sql`select 1`.execute(db);
    };
    const frozen = inMoved(build, { from, to, feedPosition: 0 }, hold, 300);
    await holding.promise;
    await inMoved(build, { from, to: { ...to, writer: 'c3' }, feedPosition: 0 }, async () => undefined);
    woken.resolve();
    await expect(frozen).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE', remedy: 'retry' });
    const standing = await inTransaction(database.db, (db) => readCheckpoint({ db, schema }));
    expect(standing.cursor).toMatchObject({ writer: 'c3', sequence: 1 });
  } finally {
    await database.close();
  }
}, 60_000);
