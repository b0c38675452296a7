import { afterEach, expect, jest, test } from '@jest/globals';
import type { Source } from '@virtualchain/subscriptions';
import type { Sink } from './subscriptions/sink.ts';
import { serveSubscriber } from './subscriptions/subscriber.ts';

const HOUR_MS = 3_600_000;
/** At its end: whoever waits for more waits for ever. */
const still: Source = {
  tip: null,
  unitsAfter: (_cursor, signal) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve([]), { once: true })),
  unitsNow: async () => [],
  placeOf: Number,
};

let gone: AbortController;
afterEach(() => {
  gone.abort();
  jest.restoreAllMocks();
});

test('clock-set-back: subscribers get heartbeats as before', async () => {
  gone = new AbortController();
  const twice = Promise.withResolvers<void>();
  let heartbeats = 0;
  const sink: Sink = {
    closed: gone.signal,
    send: async () => undefined,
    say() {
      heartbeats += 1;
      if (heartbeats === 2) twice.resolve();
    },
    close: () => undefined,
  };
  const serving = serveSubscriber(sink, {
    source: still,
    wish: { after: '0', selection: { filter: null, blocks: true }, confirmations: 1 },
    first: [],
    gone: null,
    signal: new AbortController().signal,
    heartbeatMs: 20,
    onSent: () => undefined,
  });
  const before = Date.now();
  jest.spyOn(Date, 'now').mockReturnValue(before - HOUR_MS);
  await twice.promise;
  gone.abort();
  expect(await serving).toBeNull();
}, 20_000);
