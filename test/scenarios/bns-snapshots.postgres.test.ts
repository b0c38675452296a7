/** Scenario 60 of `spec/bns-scenarios.md`, by the names of its files: what a new operator starts from. */
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryLog, type OperationLog } from '@virtualchain/operation-log';
import {
  exportSnapshot,
  importSnapshot,
  type MachineInstance,
  openBuild,
  openProjection,
  type PostgresProjection,
  readHashes,
} from '@virtualchain/projection';
import { historyOf } from '@virtualchain/testing';
import { publish, readAll } from '../contract/kv-log.ts';
import { connected } from '../kit/bns-branches.ts';
import { bns, empty, launched, preorder, register, transfer, update } from '../kit/bns-steps.ts';
import { rowsOf } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';

const topic = 'vchain.mainnet.bns';
const { chain, machine } = bns();
const instance: MachineInstance = { chain, machine, network: 'mainnet', parameters: {} };
const KEYS = generateKeyPairSync('ed25519');
const pem = KEYS.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const publicKey = KEYS.publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
const signers = new Map([['operator', publicKey]]);

let parts: RealParts<'postgres'>;
let log: OperationLog;
let original: PostgresProjection;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const { inputs } = historyOf({ chain, machine, network: 'mainnet' }, [
    ...launched(),
    [preorder({ by: 'w2' })],
    [register({ by: 'w2' })],
    [update({ by: 'w2' })],
    ...empty(4),
    [transfer({ by: 'w2', to: 'w3' })],
  ]);
  log = createMemoryLog();
  const magic = Buffer.from(chain.magic).toString('hex');
  const identity = { topic, network: 'mainnet', chain: chain.name, magic, firstBlock: chain.firstBlock } as const;
  await publish(log, topic, inputs.map(connected), identity);
  original = await openProjection(await database('original'), instance);
  await original.advance(await readAll(log, topic));
}, 120_000);

afterAll(async () => {
  await original?.close();
  await log?.close();
  await parts?.[Symbol.asyncDispose]();
});

const database = (purpose: string): Promise<string> =>
  parts.postgres.createDatabase(`bns_${purpose}_${parts.runId}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'));

/** Exports at a height, imports into an empty database, and reads the rest of the log there. */
async function restored(purpose: string, height: number): Promise<PostgresProjection> {
  const path = join(parts.runDirectory, `${purpose}.snapshot`);
  await exportSnapshot(original, instance, { path, pem, height });
  const postgresUrl = await database(purpose);
  const { schema } = await importSnapshot({ postgresUrl, instance, path, log, topic, signers });
  const projection = await openBuild(postgresUrl, instance, schema);
  expect((await readHashes(projection)).at(-1)?.height).toBe(height);
  const { cursor } = await projection.checkpoint();
  for await (const { changes } of log.read(topic, { after: cursor, untilEnd: true })) await projection.advance(changes);
  return projection;
}

test.each([
  ['name_pre_reg_fast_sync', 'the newest block', 111],
  ['name_pre_reg_snapshots', 'an older block, between update and transfer', 108],
])('%s: from a signed file of %s a new operator has the same consensus hashes', async (scenario, _what, height) => {
  const projection = await restored(scenario, height);
  try {
    expect(await readHashes(projection)).toEqual(await readHashes(original));
    for (const collection of Object.keys(machine.collections))
      expect(await rowsOf(projection, collection)).toEqual(await rowsOf(original, collection));
  } finally {
    await projection.close();
  }
});

test('name_pre_reg_fast_sync: a file that nobody known has signed is refused', async () => {
  const path = join(parts.runDirectory, 'stranger.snapshot');
  await exportSnapshot(original, instance, { path, pem });
  const stranger = new Map([['stranger', '11'.repeat(32)]]);
  const postgresUrl = await database('stranger');
  await expect(importSnapshot({ postgresUrl, instance, path, log, topic, signers: stranger })).rejects.toMatchObject({
    code: 'SNAPSHOT_REFUSED',
  });
});
