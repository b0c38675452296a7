import { expect, test } from '@jest/globals';
import { entries, refusal, ScriptedGateway, sse, stream } from '../../../test/kit/scripted-gateway.ts';
import { follow } from './follow.ts';

const hash = (block: string) => block.padStart(64, '0').replace(/[^0-9a-f]/g, 'f');
const at = (name: string) => ({ height: name.length, hash: hash(name), previousHash: hash(name.slice(0, -1)) });
const connected = (name: string, cursor: string) => {
  return { kind: 'block.connected', cursor, block: at(name), operations: [{ txid: hash(`${name}1`) }] };
};
const disconnected = (name: string, cursor: string) => ({ kind: 'block.disconnected', cursor, block: at(name) });

test('a log is followed as one of Kafka is: whole blocks, those that left, and behind each its cursor', async () => {
  await using gateway = await ScriptedGateway.start(
    stream('cut', entries(connected('a', 'x'), connected('ab', 'y'), disconnected('ab', 'z'))),
    refusal(503, 'BROKER_UNAVAILABLE'),
    stream('stays open', entries(disconnected('ab', 'z'), connected('ac', 'w'))),
  );
  const seen: unknown[] = [];
  for await (const change of follow({ gateway: gateway.url, chain: 'kv', from: 'start' })) {
    seen.push([change.kind, change.block.hash, change.cursor, change.kind === 'connected' && change.operations.length]);
    if (seen.length === 4) break;
  }
  expect(seen).toEqual([
    ['connected', hash('a'), 'x', 1],
    ['connected', hash('ab'), 'y', 1],
    ['disconnected', hash('ab'), 'z', false],
    ['connected', hash('ac'), 'w', 1],
  ]);
  expect(gateway.asked).toEqual([
    '/v1/chains/kv/log/events?from=start',
    '/v1/chains/kv/log/events?after=z',
    '/v1/chains/kv/log/events?after=z',
  ]);
});

test.each([
  ['another one', refusal(410, 'FEED_GONE', { resume: { after: null } })],
  ['replaced', stream('ends', sse('end', 'y', { code: 'LOG_REPLACED', status: 500, title: 'replaced', detail: '' }))],
  ['cut', refusal(500, 'LOG_TRUNCATED')],
])('a log that is %s: goes on behind a common block, and says which are gone', async (_what, gone) => {
  await using gateway = await ScriptedGateway.start(
    stream('ends', entries(connected('a', 'x'), connected('ab', 'y'))),
    gone,
    refusal(404, 'BLOCK_NOT_ON_BRANCH'),
    stream('stays open', entries(connected('ac', 'v'))),
  );
  const seen: unknown[] = [];
  for await (const { kind, block, cursor } of follow({ gateway: gateway.url, chain: 'kv', from: 'start' })) {
    seen.push([kind, block.hash, block.previousHash, cursor]);
    if (seen.length === 4) break;
  }
  expect(seen.slice(2)).toEqual([
    ['disconnected', hash('ab'), hash('a'), hash('a')],
    ['connected', hash('ac'), hash('a'), 'v'],
  ]);
});
