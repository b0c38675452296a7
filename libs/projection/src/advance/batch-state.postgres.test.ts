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
  numeric,
  type Row,
  StateUnavailable,
  text,
} from '@virtualchain/machine';
import { sql } from 'kysely';
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

const collections = { totals: collection({ columns: { name: text(), total: numeric() }, key: ['name'] }) };
const machine = defineStateMachine<never, typeof collections>({
  ...{ name: 'totals', version: 1, firstBlock: 1 as Height, consensusWindow: 0, collections, hashedFields: {} },
  initialSnapshots: new Map([[0 as Height, consensusHash('00'.repeat(16))]]),
  async genesis({ totals }) {
    await totals.put({ name: 'all', total: 7n });
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
