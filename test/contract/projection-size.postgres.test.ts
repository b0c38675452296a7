import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { advanceAll, kvChanges, openKv, operationsOf } from '../bench/kit/kv-run.ts';
import { bytesOfSchema } from '../bench/kit/psql.ts';
import { Client } from '../kit/postgres-client.ts';
import { sharedServers } from '../kit/shared-servers.ts';

let parts: RealParts<'postgres'>;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

test('an operation of a block as of today takes 950 bytes in Postgres at most, indexes, records and the changes of the feed included', async () => {
  const changes = await kvChanges(12, 1);
  const url = await parts.postgres.createDatabase(`size_${parts.runId}`.toLowerCase());
  await using projection = await openKv(url);
  await advanceAll(projection, changes);
  expect((await bytesOfSchema(url, projection.schema)) / operationsOf(changes)).toBeLessThanOrEqual(950);
  await using client = await Client.connect(url);
  const [records] = await client.rows(`select sum(length(content)) as bytes from ${projection.schema}.records`);
  expect(Number(records?.['bytes']) / operationsOf(changes)).toBeLessThanOrEqual(400);
}, 120_000);
