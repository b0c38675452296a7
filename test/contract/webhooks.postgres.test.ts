/** The relay over a real database, with receivers of every kind: what is delivered, in which order, and what holds nobody up. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import {
  type Access,
  createToken,
  findHolder,
  type Holder,
  openAccess,
  pauseWebhook,
  redeliverWebhook,
  registerWebhook,
  resumeWebhook,
  revokeToken,
  rotateSecret,
  type WebhookWish,
  webhooksOf,
} from '@virtualchain/access';
import { createApi, servedMachines } from '@virtualchain/gateway';
import type { FeedEntry, WebhookDelivery } from '@virtualchain/gateway-client';
import { type Clock, wallClock } from '@virtualchain/kernel';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createLogger, createMetrics } from '@virtualchain/process';
import { createWebhooksReport, type RelayOptions, relay, type WebhooksReport } from '@virtualchain/relay';
import { type Policy, policyOf, policySpec } from '@virtualchain/webhooks';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';
import { WebhookReceiver } from '../kit/webhook-receiver.ts';
import { KV_ENTRIES, KvFeed, withoutCursors } from './kv-feed.ts';
import { connectKv } from './kv-log.ts';
import { disconnect } from './log-blocks.ts';

const HERE: Policy = policyOf({
  allowPrivateAddresses: policySpec.allowPrivateAddresses.parser.parse('127.0.0.0/8'),
  allowHttpWebhooks: true,
  webhookPorts: policySpec.webhookPorts.parser.parse('1-65535'),
});

let parts: RealParts<'postgres'>;
let databases = 0;
beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose]());

let feed: KvFeed;
let access: Access;
let owner: Holder;
let receiver: WebhookReceiver;
let running: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;
let report: WebhooksReport;

beforeEach(async () => {
  feed = await KvFeed.open(await parts.postgres.createDatabase(`webhooks_${++databases}`));
  access = openAccess(feed.url);
  const token = await createToken(feed.url, { name: 'owner', scopes: ['webhooks'] });
  owner = (await findHolder(access.db, token)) as Holder;
  receiver = await WebhookReceiver.start();
});
afterEach(async () => {
  await stopRelay();
  await receiver[Symbol.asyncDispose]();
  await access[Symbol.asyncDispose]();
  await feed[Symbol.asyncDispose]();
});

function startRelay(more: Partial<RelayOptions> = {}): void {
  const logger = createLogger({ name: 'relay', version: '0', level: 'silent' });
  report = createWebhooksReport(logger, createMetrics());
  const stop = new AbortController();
  const { registry } = feed;
  const options: RelayOptions = {
    ...{ registry, db: access.db, network: 'regtest', modules: { chains: [], machines: [] }, policy: HERE },
    ...{ deliveriesAtOnce: 8, logger, report, ...more },
  };
  running = { stop, done: relay(options, stop.signal) };
}

async function stopRelay(): Promise<void> {
  running?.stop.abort();
  await running?.done;
  running = null;
}

async function register(to: WebhookReceiver, wish: Partial<WebhookWish> = {}): Promise<string> {
  const whole = {
    ...{ chain: 'kv', machine: 'kv', url: to.url, filter: null, blocks: true, confirmations: 1 },
    cursor: 'start',
  };
  const { webhook, secret } = await registerWebhook(access.db, owner, { ...whole, ...wish });
  to.secrets = [secret];
  return webhook.id;
}

const standing = async (id: string) => (await webhooksOf(access.db, owner)).find((webhook) => webhook.id === id);

/** What a subscriber from the start is told, by pages of the gateway. */
async function toldToSubscribers(query = ''): Promise<readonly FeedEntry[]> {
  const { registry } = feed;
  const served = await servedMachines(registry, 'regtest', { chains: [], machines: [] });
  const api = await createApi({
    ...{ registry, network: 'regtest', served, version: '0', requestsPerMinute: 1_000 },
    onBug: (error) => {
      throw error;
    },
  });
  const page = await api.inject(`/v1/chains/kv/machines/kv/feed?from=start&limit=500&${query}`);
  await api.close();
  return page.json().entries;
}

/** Until the relay has looked at its webhooks twice more. */
async function nextLook(): Promise<void> {
  for (let i = 0; i < 2; i++) {
    const seen = report.looks();
    await until(
      'it looks again',
      async () => report.looks(),
      (looks) => looks > seen,
    );
  }
}

const arrived = (to: WebhookReceiver, count: number, limitMs = 60_000) =>
  until(
    `${count} entries`,
    async () => to.entries.length,
    (entries) => entries >= count,
    limitMs,
  );

test.each([
  ['everything', {}, ''],
  ['what a filter lets through', { filter: 'name=claim', blocks: false }, 'filter=name%3Dclaim&blocks=false'],
  ['what is three blocks deep', { confirmations: 3 }, 'confirmations=3'],
] as const)('a receiver is sent what a subscriber is told, retractions included: %s', async (_what, wish, query) => {
  const id = await register(receiver, wish);
  startRelay();
  for (const entry of KV_ENTRIES) await feed.publish(entry);
  const told = await toldToSubscribers(query);
  await arrived(receiver, told.length);
  expect(receiver.entries).toEqual(told);
  const deliveries = receiver.received.map(({ delivery }) => delivery as WebhookDelivery);
  expect(deliveries.map((each) => each.id)).toEqual(deliveries.map((_each, i) => `${id}.1.${i + 1}`));
  expect(deliveries.map(({ cursor }) => cursor)).toEqual(deliveries.map(({ entries }) => entries.at(-1)?.cursor));
  expect(deliveries[0]).toMatchObject({ webhook: id, generation: 1, number: 1, chain: 'kv', machine: 'kv' });
  expect(await standing(id)).toMatchObject({ deliveries: deliveries.length, failures: 0, lastStatus: 'HTTP_204' });
});

test('a filter that lets nothing through moves on, and says so', async () => {
  await feed.publish(...KV_ENTRIES);
  const id = await register(receiver, { filter: 'name=nothing', blocks: false, cursor: 'start' });
  startRelay({ clock: quick });
  const end = (await toldToSubscribers()).at(-1)?.cursor;
  await until(
    'its cursor is at the end',
    () => standing(id),
    (found) => found?.cursor === end,
  );
  expect(receiver.entries.every(({ kind }) => kind === 'block.retracted')).toBe(true);
});

/** Waits are over after a moment, and none is left to chance: each is half of what it might be. */
const quick: Clock = {
  now: () => performance.now() * 10_000,
  jitter: () => 0,
  sleep: (_ms, signal) => wallClock.sleep(5, signal),
};

/** Tries until the waits between them are an hour: half a second, doubled each time, up to five minutes. */
function triesInAnHour(): number {
  let [tries, passed, wait] = [0, 0, 500];
  for (; passed < 3_600_000; tries++) {
    passed += wait;
    wait = Math.min(2 * wait, 300_000);
  }
  return tries;
}

test('a receiver that answers 500 for an hour, then 200, misses nothing, and holds nobody up', async () => {
  await using other = await WebhookReceiver.start();
  await using silent = await WebhookReceiver.start();
  const tries = triesInAnHour();
  let [failed, isSeen] = [0, false];
  // For an hour at least, and until it is seen that it held nobody up.
  receiver.answer = () => (failed++ < tries || !isSeen ? 500 : 200);
  silent.answer = () => 'nothing';
  const [id] = [await register(receiver), await register(other), await register(silent)];
  startRelay({ clock: quick, deliveriesAtOnce: 1, timeoutMs: 1_000 });
  const [first, ...rest] = KV_ENTRIES;
  await feed.publish(...(first === undefined ? [] : [first]));
  await arrived(other, 4);
  expect(receiver.entries).toEqual([]);
  await until(
    'it is failing',
    () => standing(id),
    (found) => (found?.failures ?? 0) > 2,
  );
  isSeen = true;
  await feed.publish(...rest);
  const told = await toldToSubscribers();
  await arrived(other, told.length);
  await arrived(receiver, told.length);
  expect(receiver.entries).toEqual(told);
  expect(other.entries).toEqual(told);
  // One id for all tries of a delivery, each signed anew.
  const failures = receiver.received.filter(({ status }) => status === 500);
  expect(failures.length).toBeGreaterThanOrEqual(tries);
  expect(new Set(failures.map(({ delivery }) => delivery?.id))).toEqual(new Set([`${id}.1.1`]));
  expect(await standing(id)).toMatchObject({ failures: 0, failingSince: null });
}, 120_000);

test('what a receiver asks for in Retry-After is waited for, and is seen by its owner', async () => {
  receiver.answer = () => ({ status: 503, headers: { 'retry-after': '120' } });
  const id = await register(receiver);
  startRelay();
  await feed.publish(...KV_ENTRIES);
  const found = await until(
    'it failed',
    () => standing(id),
    (each) => each?.failures === 1,
  );
  const waitMs = Date.parse(found?.nextTryAt ?? '') - Date.parse(found?.lastTryAt ?? '');
  expect(waitMs).toBeGreaterThan(119_000);
  expect(found).toMatchObject({ lastStatus: 'HTTP_503', failingSince: found?.lastTryAt });
  await until(
    'status says so',
    async () => report.status(),
    ([first]) => (first as { state: string })?.state === 'failing',
  );
  expect(report.status()).toMatchObject([{ webhook: id, owner: 'owner', behindEntries: 25, lastStatus: 'HTTP_503' }]);
  expect(JSON.stringify(report.status())).not.toContain('of-the-receiver');
  // A relay that starts meanwhile waits as long as that; its owner can make it try at once.
  await stopRelay();
  startRelay();
  await until(
    'it is carried again',
    async () => report.status(),
    (all) => all.length === 1,
  );
  expect(receiver.received.length).toBe(1);
  receiver.answer = () => 204;
  await resumeWebhook(access.db, { owner, id });
  await arrived(receiver, 25);
});

test('a relay that is stopped anywhere goes on where it was, and what it sends again has the same id', async () => {
  let asked = 0;
  const gate = { reached: Promise.withResolvers<void>(), open: Promise.withResolvers<void>() };
  receiver.answer = async () => {
    if (++asked !== 3) return 204;
    gate.reached.resolve(); // it has the delivery, and its answer never arrives
    await gate.open.promise;
    return 204;
  };
  const id = await register(receiver);
  startRelay();
  await feed.publish(...KV_ENTRIES);
  await gate.reached.promise;
  await stopRelay();
  gate.open.resolve();
  await until(
    'it has taken it',
    async () => receiver.received.length,
    (count) => count === 3,
  );
  startRelay();
  await arrived(receiver, 25);
  expect(receiver.entries).toEqual(await toldToSubscribers());
  const ids = receiver.received.map(({ delivery }) => delivery?.id);
  expect(ids.slice(2, 4)).toEqual([`${id}.1.3`, `${id}.1.3`]);
  expect(receiver.received[2]?.body).toBe(receiver.received[3]?.body);
});

test('two relays at once: nothing is lost, and what comes twice has the same id', async () => {
  await register(receiver);
  startRelay();
  const first = running;
  startRelay();
  for (const entry of KV_ENTRIES) await feed.publish(entry);
  await arrived(receiver, 25);
  expect(receiver.entries).toEqual(await toldToSubscribers());
  first?.stop.abort();
  await first?.done;
});

test('paused, nothing is delivered; resumed, everything that happened meanwhile', async () => {
  const [first, ...rest] = KV_ENTRIES;
  const id = await register(receiver);
  startRelay();
  await feed.publish(...(first === undefined ? [] : [first]));
  await arrived(receiver, 4);
  await pauseWebhook(access.db, { owner, id });
  await until(
    'status says so',
    async () => report.status(),
    ([each]) => (each as { state: string })?.state === 'paused',
  );
  await feed.publish(...rest);
  await nextLook();
  expect(receiver.entries.length).toBe(4);
  await resumeWebhook(access.db, { owner, id });
  await arrived(receiver, 25);
  expect(receiver.entries).toEqual(await toldToSubscribers());
});

test('begun anew from any cursor, everything behind it comes again, under other ids', async () => {
  await feed.publish(...KV_ENTRIES);
  const id = await register(receiver);
  startRelay();
  await arrived(receiver, 25);
  const told = await toldToSubscribers();
  for (const [generation, at] of [
    [2, 7],
    [3, 0],
    [4, 20],
  ] as const) {
    receiver.entries.length = 0;
    await redeliverWebhook(access.db, { owner, id }, told[at]?.cursor ?? '');
    await arrived(receiver, told.length - at - 1);
    expect(receiver.entries).toEqual(told.slice(at + 1));
    expect(receiver.received.at(-1)?.delivery?.id).toMatch(new RegExp(`^${id}\\.${generation}\\.`));
  }
  receiver.entries.length = 0;
  await redeliverWebhook(access.db, { owner, id }, 'start');
  await arrived(receiver, told.length);
  expect(receiver.entries).toEqual(told);
});

test('while a secret is rotated a receiver that knows either takes what comes; afterwards only the new one signs', async () => {
  const id = await register(receiver);
  const [older] = receiver.secrets;
  startRelay();
  await feed.publish(...KV_ENTRIES.slice(0, 1));
  await arrived(receiver, 4);
  const newer = (await rotateSecret(access.db, { owner, id }, 3_600))?.secret ?? '';
  await feed.publish(...KV_ENTRIES.slice(1, 2));
  await arrived(receiver, 8);
  receiver.secrets = [newer];
  await feed.publish(...KV_ENTRIES.slice(2, 3));
  await arrived(receiver, 11);
  expect(String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ').length).toBe(2);
  const newest = (await rotateSecret(access.db, { owner, id }, 0))?.secret ?? '';
  receiver.secrets = [newest];
  await feed.publish(...KV_ENTRIES.slice(3));
  await arrived(receiver, 25);
  expect(String(receiver.received.at(-1)?.headers['webhook-signature']).split(' ').length).toBe(1);
  expect(new Set([older, newer, newest]).size).toBe(3);
});

test('another build goes live: it goes on at the same place of that build, wherever it was, in the middle of a block too', async () => {
  const id = await register(receiver);
  receiver.answer = ({ number }) => (number <= 3 ? 204 : 500);
  startRelay({ clock: quick });
  await feed.publish(...KV_ENTRIES);
  await until(
    'it stands at the third',
    () => standing(id),
    (found) => found?.deliveries === 3 && found.failures > 0,
  );
  await stopRelay();
  const before = await toldToSubscribers();
  // Within the second block: two of its four entries were taken.
  await redeliverWebhook(access.db, { owner, id }, before[5]?.cursor ?? '');
  receiver.entries.length = 0;
  await feed.rebuild();
  receiver.answer = () => 204;
  startRelay();
  await arrived(receiver, before.length - 6);
  expect(withoutCursors(receiver.entries)).toEqual(withoutCursors(before.slice(6)));
  await feed.publish(disconnect('aabbb'), connectKv('aabba', ['dave +four']));
  const after = await toldToSubscribers();
  await arrived(receiver, after.length - 6);
  expect(receiver.entries).toEqual(after.slice(6));
  // Behind a retraction its state is that of the block below: it goes on behind that one.
  await stopRelay();
  receiver.entries.length = 0;
  const retracted = after.findIndex(({ kind }) => kind === 'block.retracted');
  const below = after.findLastIndex(({ kind, height }, i) => {
    return i < retracted && kind === 'block.sealed' && height === (after[retracted]?.height ?? 0) - 1;
  });
  await redeliverWebhook(access.db, { owner, id }, after[retracted]?.cursor ?? '');
  await feed.rebuild();
  startRelay();
  await arrived(receiver, after.length - below - 1);
  expect(withoutCursors(receiver.entries)).toEqual(withoutCursors(after.slice(below + 1)));
});

test('a webhook that nothing leads on for is stuck, shown, and goes on once its owner begins it anew', async () => {
  await feed.publish(...KV_ENTRIES);
  const id = await register(receiver, { cursor: `${'ab'.repeat(16)}:3` });
  startRelay({ clock: quick });
  await until(
    'status says so',
    async () => report.status(),
    ([each]) => (each as { state: string })?.state === 'stuck',
  );
  expect(report.status()).toMatchObject([{ webhook: id, problem: 'FEED_GONE' }]);
  await redeliverWebhook(access.db, { owner, id }, 'start');
  await arrived(receiver, 25);
});

test('a token that is revoked ends its webhooks', async () => {
  await register(receiver);
  startRelay();
  await feed.publish(...KV_ENTRIES.slice(0, 1));
  await arrived(receiver, 4);
  await revokeToken(feed.url, 'owner');
  await until(
    'status says so',
    async () => report.status(),
    ([each]) => (each as { state: string })?.state === 'owner not valid',
  );
  await feed.publish(...KV_ENTRIES.slice(1));
  await nextLook();
  expect(receiver.entries.length).toBe(4);
});

test('an address that the relay may not ask is refused, without a socket, and its webhook fails as others do', async () => {
  const connected = jest.fn();
  const id = await register(receiver);
  receiver.answer = () => {
    connected();
    return 204;
  };
  const strict = policyOf({
    allowPrivateAddresses: undefined,
    allowHttpWebhooks: true,
    webhookPorts: HERE.ports ?? undefined,
  });
  startRelay({ policy: strict });
  await feed.publish(...KV_ENTRIES);
  expect(
    await until(
      'it failed',
      () => standing(id),
      (found) => (found?.failures ?? 0) > 0,
    ),
  ).toMatchObject({
    lastStatus: 'ADDRESS_REFUSED',
  });
  expect(connected).not.toHaveBeenCalled();
});
