import { expect, test } from '@jest/globals';
import { ExpectedError } from '@virtualchain/kernel';
import { createStartUp } from './start-up.ts';

class NodeAway extends ExpectedError {
  readonly code = 'NODE_UNREACHABLE';
  readonly remedy = 'retry';
}

test('from the first moment on it is well and not ready, and says what it waits for, until the chains answer', async () => {
  const startUp = createStartUp(['kv', 'bns']);
  expect(await startUp.health()).toEqual({ ok: true });
  expect(await startUp.status()).toMatchObject({ chains: [{ chain: 'kv', state: 'starting', code: null }, {}] });
  startUp.waitsFor(new NodeAway('connection refused'));
  expect(await startUp.health()).toEqual({ ok: true });
  expect(await startUp.ready()).toEqual({
    ok: false,
    detail: [
      { chain: 'kv', state: 'waiting', code: 'NODE_UNREACHABLE' },
      { chain: 'bns', state: 'waiting', code: 'NODE_UNREACHABLE' },
    ],
  });
  expect(await startUp.status()).toMatchObject({
    network: null,
    chains: [{ state: 'waiting', code: 'NODE_UNREACHABLE', detail: 'connection refused' }, {}],
  });
  startUp.over({ health: () => ({ ok: false }), ready: () => ({ ok: true }), status: () => 'at work' });
  expect([await startUp.health(), await startUp.ready(), await startUp.status()]).toEqual([
    { ok: false },
    { ok: true },
    'at work',
  ]);
});
