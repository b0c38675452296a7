/** Subscriptions over real connections: what is told, from where, through reorganisations, rebuilds and slow readers. */
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { type ApiOptions, createApi, servedMachines } from '@virtualchain/gateway';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type Collection, type Collections, canonicalRow, MemoryFold, type Row } from '@virtualchain/machine';
import {
  createMemoryLog,
  type LogChange,
  type LogEntry,
  type LogWriter,
  type OperationLog,
} from '@virtualchain/operation-log';
import { openProjection, openRegistry, type PostgresProjection, type Registry } from '@virtualchain/projection';
import {
  type Refused,
  type Sent,
  type Subscriber,
  subscribeBySocket,
  subscribeBySse,
} from '../kit/gateway-subscriber.ts';
import { rebuildOn } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { until } from '../kit/until.ts';
import { KV_ENTRIES } from './kv-feed.ts';
import { connectKv, kvInstance, readAll, scriptOf } from './kv-log.ts';
import { FIRST_BLOCK, identityOf } from './log-blocks.ts';

const instance = kvInstance();
const topic = 'vchain.regtest.kv';

let parts: RealParts<'postgres'>;
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => parts?.[Symbol.asyncDispose]());

let url: string;
let log: OperationLog;
let writer: LogWriter;
let projection: PostgresProjection;
let registry: Registry;
let api: Awaited<ReturnType<typeof createApi>>;
let address: string;
const bugs: unknown[] = [];

beforeEach(async () => {
  url = await parts.postgres.createDatabase(`subscriptions_${++databases}`);
  log = createMemoryLog();
  await log.ensureTopic(topic);
  writer = await log.openWriter(identityOf(topic));
  projection = await openProjection(url, instance);
  registry = await openRegistry(url);
  await startGateway();
});

afterEach(async () => {
  await api.close();
  await projection.close();
  await registry[Symbol.asyncDispose]();
  await log.close();
  expect(bugs.splice(0)).toEqual([]);
});

async function startGateway(options: Partial<ApiOptions> = {}): Promise<void> {
  const served = await servedMachines(registry, 'regtest', { chains: [], machines: [] });
  api = await createApi({
    ...{ registry, network: 'regtest', served, version: '1.2.3', requestsPerMinute: 1_000_000 },
    logs: { log, topicOf: (chain) => `vchain.regtest.${chain}` },
    onBug: (error) => bugs.push(error),
    ...options,
  });
  address = await api.listen({ host: '127.0.0.1', port: 0 });
}

/** Publishes, and folds what was published. */
async function publish(...entries: readonly LogEntry[]): Promise<void> {
  for (const entry of entries) await writer.append([entry]);
  const { cursor } = await projection.checkpoint();
  for await (const { changes } of log.read(topic, { after: cursor, untilEnd: true })) await projection.advance(changes);
}

const FEED = '/v1/chains/kv/machines/kv/feed';
const LOG = '/v1/chains/kv/log';
const events = (path: string, query = '') => `${address}${path}/events?${query}`;

async function told(subscriber: Subscriber, count: number): Promise<readonly Sent[]> {
  return await until(
    `${count} entries`,
    async () => subscriber.entries,
    (all) => all.length >= count,
  );
}

/** All entries of pages from the start. */
async function wholeFeed(query = '', path = FEED): Promise<readonly Sent['data'][]> {
  const entries: Sent['data'][] = [];
  for (let after = 'from=start'; ; ) {
    const response = await fetch(`${address}${path}?${after}&limit=3&${query}`);
    const page = (await response.json()) as { entries: Sent['data'][]; cursor: string; isEnd: boolean };
    expect({ status: response.status, page }).toMatchObject({ status: 200, page: { cursor: expect.any(String) } });
    entries.push(...page.entries);
    if (page.isEnd) return entries;
    after = `after=${page.cursor}`;
  }
}

function stateOf(entries: readonly Sent['data'][]): readonly unknown[] {
  const state = new Map<string, unknown>();
  for (const { changes } of entries)
    for (const { collection, key, after } of changes) {
      if (after === null) state.delete(`${collection} ${key}`);
      else state.set(`${collection} ${key}`, after);
    }
  return [...state].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

async function folded(changes: readonly LogChange[]): Promise<readonly unknown[]> {
  const fold = await MemoryFold.open(instance.machine);
  for (const change of changes) {
    if (change.kind === 'connected') await fold.connect({ ...change.event, operations: change.operations });
    else fold.disconnect();
  }
  const names = (instance.machine.collections as Collections)['names'] as Collection;
  return fold.state.dump('names').map((row) => canonicalRow(names, row as Row));
}

test.each([
  ['server-sent events', subscribeBySse],
  ['a WebSocket', (at: string) => subscribeBySocket(at.replace('/events', '/socket'))],
])(
  'over %s, the state is rebuilt from what is told while it happens, and again from every cursor on',
  async (_over, subscribe) => {
    await publish(...KV_ENTRIES.slice(0, 2));
    await using live = await subscribe(events(FEED, 'from=start'));
    for (const entry of KV_ENTRIES.slice(2)) await publish(entry);
    const all = (await told(live, 25)).map(({ data }) => data);
    expect(all).toEqual(await wholeFeed());
    expect(stateOf(all)).toEqual(await folded(await readAll(log, topic)));
    expect(live.entries.map(({ id, event }) => [id, event])).toEqual(all.map(({ cursor, kind }) => [cursor, kind]));
    for (const [i, { cursor }] of all.slice(0, -1).entries()) {
      await using again = await subscribe(events(FEED, `after=${cursor}`));
      expect((await told(again, all.length - i - 1)).map(({ data }) => data)).toEqual(all.slice(i + 1));
    }
  },
  60_000,
);

test('with confirmations, what is undone before it is so deep is never told, live and in pages', async () => {
  await using deep = await subscribeBySse(events(FEED, 'from=start&confirmations=3'));
  await using second = await subscribeBySse(events(FEED, 'from=start&confirmations=2'));
  for (const entry of KV_ENTRIES) await publish(entry);
  await publish(connectKv('aabbbb', []), connectKv('aabbbbb', []));
  const kinds = (all: readonly Sent['data'][]) => all.map(({ kind, height }) => `${height - FIRST_BLOCK} ${kind}`);
  const block = (at: number, ...operations: readonly string[]) =>
    ['block.opened', ...operations.map((verdict) => `operation.${verdict}`), 'block.sealed'].map(
      (kind) => `${at} ${kind}`,
    );
  const confirmed = [
    ...block(0, 'accepted', 'accepted'),
    ...block(1, 'accepted', 'rejected'),
    ...block(2, 'accepted'),
    ...block(3, 'accepted', 'ignored'),
    ...block(4),
  ];
  expect(kinds((await told(deep, confirmed.length)).map(({ data }) => data))).toEqual(confirmed);
  const all = [...block(0, 'accepted', 'accepted'), ...block(1, 'accepted', 'rejected'), ...block(2, 'accepted')];
  const undone = [...all, '2 block.retracted', ...confirmed.slice(8), ...block(5)];
  expect(kinds((await told(second, undone.length)).map(({ data }) => data))).toEqual(undone);
  expect(kinds(await wholeFeed('confirmations=3'))).toEqual(confirmed);
  expect(kinds(await wholeFeed('confirmations=2'))).toEqual(undone);
});

test('a filter lets operations through; blocks=false leaves blocks out, but what was taken back', async () => {
  await publish(...KV_ENTRIES);
  const filter = encodeURIComponent(`sender=${scriptOf('bob')} or verdict=ignored`);
  const found = await wholeFeed(`filter=${filter}&blocks=false`);
  expect(found.map(({ kind }) => kind.replace(/^.*\./, ''))).toEqual([
    ...['accepted', 'rejected', 'accepted', 'retracted', 'retracted', 'accepted', 'ignored'],
  ]);
  await using live = await subscribeBySse(events(FEED, `from=start&filter=${filter}`));
  expect((await told(live, 21)).filter(({ event }) => event.startsWith('operation.'))).toHaveLength(5);
});

test('what cannot be read is refused before the stream begins, as pages and as events', async () => {
  const refused: readonly (readonly [path: string, query: string, detail: string])[] = [
    [FEED, `filter=${encodeURIComponent('name=a and nam=b')}`, 'nam is no field here'],
    [LOG, `filter=${encodeURIComponent('verdict=accepted')}`, 'verdict is no field here'],
    [FEED, 'from=yesterday', 'from'],
    [FEED, 'from=now&after=x', 'from and after'],
    [FEED, 'after=x', 'after: this is neither'],
    [LOG, 'after=x', 'after: this is neither'],
    [FEED, 'confirmations=0', 'confirmations'],
    [FEED, 'confirmations=1001', 'confirmations'],
  ];
  await publish(...KV_ENTRIES.slice(0, 1));
  for (const [path, query, detail] of refused) {
    for (const place of [`${address}${path}?${query}`, events(path, query)]) {
      const response = await fetch(place);
      expect({ place, status: response.status, body: await response.json() }).toMatchObject({
        status: 400,
        body: { code: 'QUESTION_INVALID', detail: expect.stringContaining(detail) },
      });
    }
  }
});

test('a beginning is a height, a hash on the branch or off it, or now; Last-Event-ID counts more', async () => {
  await publish(...KV_ENTRIES);
  const all = await wholeFeed();
  const beginning = async (query: string, header?: string) => {
    await using one = await subscribeBySse(events(FEED, query), header);
    return (await told(one, 1))[0]?.data;
  };
  expect(await beginning(`from=${FIRST_BLOCK + 2}`)).toMatchObject({ kind: 'block.opened', height: FIRST_BLOCK + 2 });
  const lost = all.find(({ kind }) => kind === 'block.retracted');
  expect(await beginning(`from=${lost.blockHash}`)).toMatchObject({ kind: 'block.opened', blockHash: lost.blockHash });
  expect(await beginning(`after=${lost.blockHash}`)).toEqual(lost);
  expect(await beginning('from=start', all[4].cursor)).toEqual(all[5]);
  await using now = await subscribeBySse(events(FEED));
  await publish(connectKv('aabbbb', []));
  expect((await told(now, 2)).map(({ data }) => data.height)).toEqual([FIRST_BLOCK + 5, FIRST_BLOCK + 5]);
  const unknown = subscribeBySse(events(FEED, `after=${'00'.repeat(32)}`));
  await expect(unknown).rejects.toMatchObject({ status: 404, body: { code: 'BLOCK_NOT_ON_BRANCH' } });
  const high = subscribeBySse(events(FEED, 'from=4000'));
  await expect(high).rejects.toMatchObject({ status: 404, body: { code: 'HEIGHT_OUT_OF_RANGE' } });
  const [feed] = all[0].cursor.split(':');
  const ahead = subscribeBySse(events(FEED, `after=${feed}:9999`));
  await expect(ahead).rejects.toMatchObject({ status: 409, body: { code: 'CURSOR_AHEAD' } });
});

test('another build ends the stream; its cursor is answered with where to go on, by hash', async () => {
  await publish(...KV_ENTRIES);
  await using live = await subscribeBySse(events(FEED, 'from=start'));
  const last = (await told(live, 25)).at(-1)?.data;
  await projection.close();
  await rebuildOn(url, { instance, log, topic, signal: new AbortController().signal });
  await live.closed;
  expect(live.sent.at(-1)).toMatchObject({ event: 'end', data: { code: 'FEED_GONE', status: 410 } });
  projection = await openProjection(url, instance);
  const refused = await subscribeBySse(events(FEED, `after=${last.cursor}`)).catch((error: Refused) => error);
  expect(refused).toMatchObject({ status: 410, body: { code: 'FEED_GONE', resume: { after: last.blockHash } } });
  await using again = await subscribeBySse(events(FEED, `after=${last.blockHash}`));
  await publish(connectKv('aabbbb', ['dave +four']));
  expect((await told(again, 3)).map(({ data }) => data.kind)).toEqual([
    'block.opened',
    'operation.accepted',
    'block.sealed',
  ]);
  const gone = subscribeBySse(events(FEED, `after=${'ab'.repeat(16)}:3`));
  await expect(gone).rejects.toMatchObject({ status: 410, body: { resume: { after: null } } });
});

test('the log of the chain is told in whole blocks, from anywhere, with a filter', async () => {
  await using live = await subscribeBySse(events(LOG, 'from=start'));
  for (const entry of KV_ENTRIES) await publish(entry);
  const changes = await readAll(log, topic);
  const all = (await told(live, changes.length)).map(({ data }) => data);
  expect(all).toEqual(await wholeFeed('', LOG));
  expect(all.map(({ block, operations }) => [block, operations])).toEqual(
    changes.map((change) => [change.event, change.kind === 'connected' ? change.operations : undefined]),
  );
  for (const [i, { cursor }] of all.slice(0, -1).entries()) {
    await using again = await subscribeBySocket(`${address}${LOG}/socket?after=${cursor}`);
    expect((await told(again, all.length - i - 1)).map(({ data }) => data)).toEqual(all.slice(i + 1));
  }
  await using high = await subscribeBySse(events(LOG, `from=${FIRST_BLOCK + 3}`));
  expect((await told(high, 2)).map(({ data }) => data.block.height)).toEqual([FIRST_BLOCK + 3, FIRST_BLOCK + 4]);
  await using first = await subscribeBySse(events(LOG, `from=${all[0].block.hash}`));
  expect((await told(first, 1))[0]?.data).toEqual(all[0]);
  const filter = encodeURIComponent(`sender=${scriptOf('bob')}`);
  const found = await wholeFeed(`filter=${filter}&blocks=false`, LOG);
  const gone = 'block.disconnected';
  expect(found.map(({ kind, operations }) => operations?.length ?? kind)).toEqual([1, 1, 1, gone, gone, 1]);
  await using deep = await subscribeBySse(events(LOG, 'from=start&confirmations=3'));
  expect((await told(deep, 3)).map(({ data }) => data.block.hash)).toEqual(
    (await wholeFeed('confirmations=3', LOG)).map(({ block }) => block.hash),
  );
}, 60_000);

test('who hears nothing is told where the tip is, with a cursor that moves on though a filter lets nothing through', async () => {
  await api.close();
  await startGateway({ heartbeatMs: 50 });
  await publish(...KV_ENTRIES.slice(0, 2));
  await using idle = await subscribeBySse(events(FEED, 'from=start&blocks=false&filter=name=nothing'));
  const beat = (height: number) =>
    until(
      'a heartbeat',
      async () => idle.sent.findLast(({ event }) => event === 'heartbeat'),
      (one) => one?.data.tip?.height === height,
    );
  const first = await beat(FIRST_BLOCK + 1);
  await publish(...KV_ENTRIES.slice(2, 3));
  const second = await beat(FIRST_BLOCK + 2);
  const last = await until(
    'the cursor',
    async () => idle.sent.at(-1),
    (one) => one?.id !== first?.id,
  );
  expect(last?.data.cursor).toBe((await wholeFeed()).at(-1).cursor);
  expect(second?.data.cursor).toBe(second?.id);
  expect(idle.entries).toEqual([]);
});

test('a reader that takes nothing is let go, and served no gap', async () => {
  await api.close();
  await startGateway({ slowReaderMs: 300 });
  // More than the buffers of both ends hold.
  const large = Array.from({ length: 100 }, (_none, i) => `alice +${i}${'x'.repeat(100_000)}`);
  await publish(connectKv('a', large), connectKv('aa', large));
  const { hostname, port } = new URL(address);
  const socket = connectSocket({ host: hostname, port: Number(port) });
  await once(socket, 'connect');
  socket.pause();
  socket.write(`GET ${FEED}/events?from=start HTTP/1.1\r\nhost: x\r\n\r\n`);
  const connections = () => new Promise<number>((done) => api.server.getConnections((_error, count) => done(count)));
  await until('it is served', connections, (count) => count === 1);
  await until('it is let go', connections, (count) => count === 0);
  const pieces: string[] = [];
  socket.setEncoding('utf8').on('data', (piece: string) => pieces.push(piece));
  socket.on('error', () => undefined);
  socket.resume();
  await once(socket, 'close');
  const positions = [...pieces.join('').matchAll(/^id: [0-9a-f]+:(\d+)$/gm)].map(([, position]) => Number(position));
  expect(positions.length).toBeGreaterThan(0);
  expect(positions.length).toBeLessThan(200);
  expect(positions).toEqual(positions.map((_position, i) => i + 1));
}, 60_000);

test('a gateway that stops says so, and takes no more subscribers than it may', async () => {
  await api.close();
  await startGateway({ subscribersMax: 2 });
  await using one = await subscribeBySse(events(FEED));
  await using two = await subscribeBySocket(`${address}${FEED}/socket`);
  const third = subscribeBySse(events(FEED));
  await expect(third).rejects.toMatchObject({ status: 503, body: { code: 'TOO_MANY_SUBSCRIBERS' } });
  expect((await fetch(`${address}${FEED}/socket`)).status).toBe(426);
  await api.close();
  for (const subscriber of [one, two]) {
    await subscriber.closed;
    expect(subscriber.sent.at(-1)).toMatchObject({ event: 'end', data: { code: 'GATEWAY_STOPPING' } });
  }
});
