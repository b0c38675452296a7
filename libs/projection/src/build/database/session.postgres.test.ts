import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { type RealParts, startRealParts } from '@virtualchain/local';
import {
  accepted,
  collection,
  consensusHash,
  defineStateMachine,
  LegacyFloat,
  legacyFloat,
  text,
} from '@virtualchain/machine';
import { sql } from 'kysely';
import { Client } from '../../../../../test/kit/postgres-client.ts';
import { rowsOf } from '../../../../../test/kit/projections.ts';
import { sharedServers } from '../../../../../test/kit/shared-servers.ts';
import { createBuild, openProjection } from '../../registry/open-build.ts';
import type { MachineInstance } from '../../registry/registered-build.ts';
import { inTransaction, openDatabase } from './database.ts';

let parts: RealParts<'postgres'>;
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

/** What somebody may have set on a database that is shared with others. */
const HOSTILE = {
  default_transaction_isolation: `'repeatable read'`,
  default_transaction_read_only: 'on',
  extra_float_digits: '0',
  TimeZone: `'Asia/Kathmandu'`,
  search_path: 'elsewhere, pg_catalog',
  DateStyle: `'SQL, DMY'`,
  IntervalStyle: `'sql_standard'`,
  bytea_output: 'escape',
  standard_conforming_strings: 'off',
  statement_timeout: '300',
  lock_timeout: '20',
  idle_in_transaction_session_timeout: '30000',
  idle_session_timeout: '30000',
};

/** An empty database with these defaults. @returns its URL. */
async function databaseWith(defaults: Readonly<Record<string, string>>): Promise<string> {
  const name = `session_${parts.runId}_${++databases}`.toLowerCase().replace(/[^a-z0-9_]/g, '_');
  const url = await parts.postgres.createDatabase(name);
  await using client = await Client.connect(url);
  // A function of that name would answer in the place of Postgres's own, were it found first.
  await client.rows('create schema elsewhere');
  await client.rows(
    `create function elsewhere.hashtext(text) returns integer language sql as 'select random()::integer'`,
  );
  for (const [setting, value] of Object.entries(defaults))
    await client.rows(`alter database ${name} set ${setting} = ${value}`);
  return url;
}

test('what role and database have as their defaults does not reach a session of ours', async () => {
  const url = await databaseWith(HOSTILE);
  const database = openDatabase(url, 'public');
  try {
    const settings = await inTransaction(database.db, async (db) => {
      const { rows } = await sql<{ name: string; setting: string }>`
        select lower(name) as name, setting from pg_settings
        where source in ('database', 'user', 'database user')`.execute(db);
      return rows;
    });
    expect(settings).toEqual([]);
  } finally {
    await database.close();
  }
});

test.each([
  ['repeatable read', { default_transaction_isolation: `'repeatable read'` }],
  ['all kinds of defaults', HOSTILE],
])(
  'under %s, forty-eight first opens at once all succeed, and make one build',
  async (_what, defaults) => {
    const url = await databaseWith(defaults);
    const chain = await loadChain('kv');
    const instance = { chain, machine: await loadMachine('kv', chain), network: 'regtest', parameters: {} };
    const opened = await Promise.allSettled(Array.from({ length: 48 }, () => openProjection(url, instance)));
    const failures = opened.flatMap((each) => (each.status === 'rejected' ? [String(each.reason)] : []));
    const schemas = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    try {
      expect(failures).toEqual([]);
      expect(new Set(schemas.map(({ schema }) => schema)).size).toBe(1);
    } finally {
      await Promise.all(schemas.map((each) => each.close()));
    }
  },
  240_000,
);

test('a legacy float comes back as it was written', async () => {
  const url = await databaseWith({ extra_float_digits: '0' });
  const chain = await loadChain('kv');
  const fees = [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, 123456789.12345679];
  const collections = { fees: collection({ columns: { name: text(), fee: legacyFloat() }, key: ['name'] }) };
  const machine = defineStateMachine<never, typeof collections>({
    ...{ name: 'floats', version: 1, firstBlock: 1 as Height, consensusWindow: 0, collections, hashedFields: {} },
    initialSnapshots: new Map([[0 as Height, consensusHash('00'.repeat(16))]]),
    async genesis({ fees: rows }) {
      for (const [index, fee] of fees.entries()) await rows.put({ name: String(index), fee: new LegacyFloat(fee) });
    },
    parse: () => ({ kind: 'ignored', code: 'NONE', detail: '' }),
    decide: async () => accepted(),
  });
  const instance = { chain, machine, network: 'regtest', parameters: {} } as unknown as MachineInstance;
  const projection = await createBuild(url, instance);
  try {
    const rows = await rowsOf(projection, 'fees');
    expect(rows.map(({ fee }) => (fee as LegacyFloat).value)).toEqual(fees);
  } finally {
    await projection.close();
  }
}, 60_000);
