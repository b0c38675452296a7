/** Which blocks were taken back, over HTTP: in runs, the last one first, in pages. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { openProjection, openRegistry, type Registry } from '@virtualchain/projection';
import { type GatewayApi, gatewayOver } from '../kit/gateway-api.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { changesOf, connectKv, kvInstance } from './kv-log.ts';
import { disconnect, FIRST_BLOCK, hashOf } from './log-blocks.ts';

const PATH = '/v1/chains/kv/machines/kv/reorganisations';

let parts: RealParts<'postgres'>;
let registry: Registry;
let gateway: GatewayApi;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
  const url = await parts.postgres.createDatabase('reorganisations');
  await using projection = await openProjection(url, kvInstance());
  const changes = await changesOf([
    connectKv('a', ['alice +one']),
    connectKv('aa', ['bob +two']),
    connectKv('aaa', []),
    disconnect('aaa'),
    disconnect('aa'),
    connectKv('ab', []),
    connectKv('abb', ['alice =one:x', 'bob +three']),
    disconnect('abb'),
    connectKv('aba', []),
    connectKv('abaa', []),
  ]);
  // In several transactions: a run of retractions may begin in one and end in the next.
  for (const change of changes) await projection.advance([change]);
  registry = await openRegistry(url);
  gateway = await gatewayOver(registry, 'regtest');
}, 120_000);

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await registry?.[Symbol.asyncDispose]();
  await parts?.[Symbol.asyncDispose]();
});

const block = (name: string) => ({ height: FIRST_BLOCK + name.length - 1, hash: hashOf(name) });

const LAST = { depth: 1, highest: block('abb'), lowest: block('abb') };
const FIRST = { depth: 2, highest: block('aaa'), lowest: block('aa') };

test('the last one comes first, each with the highest and the lowest block that went', async () => {
  expect(await gateway.answered(PATH)).toMatchObject({ entries: [LAST, FIRST], next: null });
});

test('page by page they are the same, and a cursor of another list is refused', async () => {
  expect(await gateway.entriesOf(PATH, 1)).toMatchObject([LAST, FIRST]);
  for (const after of ['x', Buffer.from('[5]').toString('base64url'), Buffer.from('null').toString('base64url')])
    expect(await gateway.get(`${PATH}?after=${after}`)).toMatchObject({
      status: 400,
      body: { code: 'QUESTION_INVALID' },
    });
});
