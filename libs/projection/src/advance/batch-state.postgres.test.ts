import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { loadChain } from '@virtualchain/definitions';
import { type RealParts, startRealParts } from '@virtualchain/local';
import {
  accepted,
  collection,
  consensusHash,
  defineStateMachine,
  encodeTuple,
  type IndexRange,
  integer,
  nullable,
  numeric,
  type Row,
  StateUnavailable,
  text,
} from '@virtualchain/machine';
import { type KyselyPlugin, sql } from 'kysely';
import { sharedServers } from '../../../../test/kit/shared-servers.ts';
import { nameOf } from '../build/build.ts';
import { collectionTable } from '../build/collection-table.ts';
import { createBuild } from '../registry/open-build.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import { BatchState } from './batch-state.ts';
import { RowCache } from './row-cache.ts';

let parts: RealParts<'postgres'>;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

/** The largest numbers of 128 and of 64 bits, without and with a sign. */
const LARGEST = { u128: 2n ** 128n - 1n, u64: 2n ** 64n - 1n, least: -(2n ** 127n) };

const collections = {
  amounts: collection({
    columns: { amount: numeric(39), other: nullable(numeric(20)), any: numeric() },
    key: ['amount'],
    indexes: { other: ['other'] },
  }),
  totals: collection({ columns: { name: text(), total: numeric() }, key: ['name'] }),
  books: collection({
    columns: { title: text(), shelf: nullable(text()), row: integer() },
    key: ['title'],
    indexes: { place: ['shelf', 'row'] },
  }),
};
/** More on one shelf than are read ahead. */
const BOOKS = 260;
const machine = defineStateMachine<never, typeof collections>({
  ...{ name: 'totals', version: 1, firstBlock: 1 as Height, consensusWindow: 0, collections, hashedFields: {} },
  initialSnapshots: new Map([[0 as Height, consensusHash('00'.repeat(16))]]),
  async genesis({ totals, books, amounts }) {
    await amounts.put({ amount: LARGEST.u128, other: LARGEST.u64, any: 10n ** 60n });
    await amounts.put({ amount: LARGEST.least, other: null, any: 0n });
    await totals.put({ name: 'all', total: 7n });
    for (let i = 0; i < BOOKS; i += 1) {
      const shelf = i % 13 === 0 ? null : i % 3 === 0 ? `small ${i}` : 'large';
      await books.put({ title: `title ${(i * 37) % BOOKS}`, shelf, row: i % 5 });
    }
  },
  parse: () => ({ kind: 'ignored', code: 'NONE', detail: '' }),
  decide: async () => accepted(),
});

test('row-altered-by-hand: what cannot be read is no database that is away, and is not tried for ever', async () => {
  const url = await parts.postgres.createDatabase(`altered_${parts.runId}`.toLowerCase());
  const chain = await loadChain('kv');
  const instance = { chain, machine, network: 'regtest', parameters: {} } as unknown as MachineInstance;
  await using projection = await createBuild(url, instance);
  const { build } = projection;
  const row: Row = { name: 'all' };
  const read = () => {
    const { columns, key } = collections.totals;
    return new BatchState(build, new RowCache()).get('totals', encodeTuple(columns, key, row), row);
  };
  expect(await read()).toEqual({ name: 'all', total: 7n });
  await sql`update ${nameOf(build, collectionTable('totals'))} set total = 1.5`.execute(build.db);
  const failure = await read().catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(SyntaxError);
  expect(failure).not.toBeInstanceOf(StateUnavailable);
}, 60_000);

test('numbers of 128 bits are kept whole, in columns of as many digits as they were given', async () => {
  const url = await parts.postgres.createDatabase(`amounts_${parts.runId}`.toLowerCase());
  const chain = await loadChain('kv');
  const instance = { chain, machine, network: 'regtest', parameters: {} } as unknown as MachineInstance;
  await using projection = await createBuild(url, instance);
  const { build } = projection;
  const { columns, key } = collections.amounts;
  const read = (amount: bigint) =>
    new BatchState(build, new RowCache()).get('amounts', encodeTuple(columns, key, { amount }), { amount });
  expect(await read(LARGEST.u128)).toEqual({ amount: LARGEST.u128, other: LARGEST.u64, any: 10n ** 60n });
  expect(await read(LARGEST.least)).toEqual({ amount: LARGEST.least, other: null, any: 0n });
  const { rows } = await sql<{ column_name: string; numeric_precision: number | null; numeric_scale: number | null }>`
    select column_name, numeric_precision, numeric_scale from information_schema.columns
    where table_schema = ${build.schema} and table_name = ${collectionTable('amounts')} and data_type = 'numeric'
    order by column_name`.execute(build.db);
  expect(rows.map((each) => [each.column_name, each.numeric_precision, each.numeric_scale])).toEqual([
    ['amount', 39, 0],
    ['any', null, null],
    ['other', 20, 0],
  ]);
}, 60_000);

test('what was read ahead is what single questions find, page by page', async () => {
  const url = await parts.postgres.createDatabase(`ahead_${parts.runId}`.toLowerCase());
  const chain = await loadChain('kv');
  const instance = { chain, machine, network: 'regtest', parameters: {} } as unknown as MachineInstance;
  await using projection = await createBuild(url, instance);
  const { build } = projection;
  const prefixes: readonly Row[] = [
    { shelf: 'large' },
    { shelf: 'large', row: 2 },
    { shelf: 'small 3' },
    { shelf: 'small 3', row: 4 },
    { shelf: 'none' },
    { shelf: null },
    { shelf: 'a NUL: \u0000' },
    {},
  ];
  const ranges: readonly IndexRange[] = prefixes.map((prefix) => ({ index: 'place', prefix }));
  const ahead = new BatchState(build, new RowCache());
  const alone = () => new BatchState(build, new RowCache());
  expect((await ahead.prefetchRanges('books', ranges)).length).toBeGreaterThan(100);
  for (const range of ranges) {
    expect(await ahead.count('books', range)).toBe(await alone().count('books', range));
    for (const limit of [1, 40, 100, 300]) {
      let after: Row | null = null;
      for (let page = 0; page < 4; page += 1) {
        const expected: readonly Row[] = await alone().page('books', range, after, limit);
        expect(await ahead.page('books', range, after, limit)).toEqual(expected);
        after = expected.at(-1) ?? after;
      }
    }
  }
}, 60_000);

test('read-on-again: a range that is longer than what is read ahead is asked for once in a run of blocks', async () => {
  const url = await parts.postgres.createDatabase(`on_${parts.runId}`.toLowerCase());
  const chain = await loadChain('kv');
  const instance = { chain, machine, network: 'regtest', parameters: {} } as unknown as MachineInstance;
  await using projection = await createBuild(url, instance);
  let queries = 0;
  const counter: KyselyPlugin = {
    transformQuery({ node }) {
      queries += 1;
      return node;
    },
    transformResult: async ({ result }) => result,
  };
  const { build } = projection;
  const state = new BatchState({ ...build, db: build.db.withPlugin(counter) }, new RowCache());
  const large = { index: 'place', prefix: { shelf: 'large' } };
  await state.prefetchRanges('books', [large]);
  const whole = async (): Promise<readonly Row[]> => {
    const rows: Row[] = [];
    for (let page: readonly Row[] = [{}]; page.length > 0; rows.push(...page))
      page = await state.page('books', large, rows.at(-1) ?? null, 100);
    return rows;
  };
  const first = await whole();
  expect(first.length).toBeGreaterThan(100);
  const asked = queries;
  expect(await whole()).toEqual(first);
  expect(await state.count('books', large)).toBe(first.length);
  expect(queries).toBe(asked);
}, 60_000);
