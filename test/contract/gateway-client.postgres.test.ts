/** The client of the gateway against the real one: what it makes of a feed is what stands in the collections. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createApi, servedMachines } from '@virtualchain/gateway';
import {
  applyChanges,
  type BuiltInQuestions,
  type ChainChange,
  type CollectedState,
  type FeedEntry,
  follow,
  followFeed,
  questionsOf,
  waitForOperation,
} from '@virtualchain/gateway-client';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryLog, type LogEntry, type LogWriter, type OperationLog } from '@virtualchain/operation-log';
import { openProjection, openRegistry, type PostgresProjection, type Registry } from '@virtualchain/projection';
import { rebuildOn } from '../kit/projections.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { sortedRows } from '../kit/sorted-rows.ts';
import { until } from '../kit/until.ts';
import { connectKv, kvInstance, readAll } from './kv-log.ts';
import { disconnect, FIRST_BLOCK, identityOf } from './log-blocks.ts';

const instance = kvInstance();
const topic = 'vchain.regtest.kv';

/** Names come, change, go and come again; blocks below `aaaa`, then those below `aabb`, are taken back. */
const ENTRIES: readonly LogEntry[] = [
  connectKv('a', ['alice +one', 'bob +two']),
  connectKv('aa', ['alice =one:first', 'bob +one', 'carol ?']),
  connectKv('aaa', ['alice -one']),
  connectKv('aaaa', ['bob =two:gone', 'dave +five']),
  disconnect('aaaa'),
  disconnect('aaa'),
  connectKv('aab', ['carol +three']),
  connectKv('aabb', ['bob =two:new']),
  disconnect('aabb'),
  connectKv('aabc', ['bob -two', 'erin +two']),
  connectKv('aabcd', []),
];

let parts: RealParts<'postgres'>;
let url: string;
let log: OperationLog;
let writer: LogWriter;
let projection: PostgresProjection;
let registry: Registry;
let api: Awaited<ReturnType<typeof createApi>>;
let gateway = '';
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);
afterAll(async () => parts?.[Symbol.asyncDispose]());

beforeEach(async () => {
  url = await parts.postgres.createDatabase(`gateway_client_${++databases}`);
  log = createMemoryLog();
  await log.ensureTopic(topic);
  writer = await log.openWriter(identityOf(topic));
  projection = await openProjection(url, instance);
  registry = await openRegistry(url);
  gateway = await startGateway(0);
});

afterEach(async () => {
  await api.close();
  await projection.close();
  await registry[Symbol.asyncDispose]();
  await log.close();
});

async function startGateway(port: number): Promise<string> {
  api = await createApi({
    ...{ registry, network: 'regtest', version: '1.2.3', requestsPerMinute: 1_000_000, heartbeatMs: 100 },
    served: await servedMachines(registry, 'regtest', { chains: [], machines: [] }),
    logs: { log, topicOf: (chain) => `vchain.regtest.${chain}` },
    onBug: (error) => {
      throw error;
    },
  });
  return api.listen({ host: '127.0.0.1', port });
}

/** Ends the gateway and starts another at its address. */
async function restartGateway(): Promise<void> {
  await api.close();
  await startGateway(Number(new URL(gateway).port));
}

/** Publishes, and folds what was published. */
async function publish(...entries: readonly LogEntry[]): Promise<void> {
  for (const entry of entries) await writer.append([entry]);
  const { cursor } = await projection.checkpoint();
  for await (const { changes } of log.read(topic, { after: cursor, untilEnd: true })) await projection.advance(changes);
}

/** What a subscriber made of the feed so far. */
interface Made {
  readonly state: CollectedState;
  readonly entries: FeedEntry[];
  readonly failures: unknown[];
}

/** Follows a feed until the signal. */
function following(options: Partial<Parameters<typeof followFeed>[0]>): Made & { readonly ended: Promise<void> } {
  const made: Made = { state: new Map(), entries: [], failures: [] };
  const run = async () => {
    const onRetry = (error: unknown) => made.failures.push(error);
    const given = { gateway, chain: 'kv', machine: 'kv', from: 'start', onRetry, ...options };
    for await (const entry of followFeed(given)) {
      made.entries.push(entry);
      applyChanges(made.state, entry);
    }
  };
  return { ...made, ended: run() };
}

/** Rows of the state, and those of the gateway's own answer, once both are of the newest block. */
async function expectSame({ state, entries }: Made): Promise<void> {
  const ask = questionsOf<BuiltInQuestions>(gateway);
  const answer = await ask('/v1/chains/kv/machines/kv/collections/names', { limit: 500 });
  await until(
    'it is there',
    async () => entries.findLast(({ kind }) => kind === 'block.sealed' || kind === 'block.retracted'),
    (last) =>
      last !== undefined &&
      last === entries.at(-1) &&
      (last.kind === 'block.retracted' || last.blockHash === answer.at.blockHash),
  );
  await until(
    'it has the rows of the collection',
    async () => sortedRows([...(state.get('names')?.values() ?? [])]),
    (rows) => rows.join() === sortedRows(answer.entries).join(),
    10_000,
  );
}

test.each(['sse', 'websocket'] as const)(
  'over %s, the state of kv is rebuilt from its feed, and equals the collections, while the gateway is restarted',
  async (transport) => {
    const gone = new AbortController();
    await publish(...ENTRIES.slice(0, 1));
    const made = following({ transport, signal: gone.signal });
    for (const [index, entry] of ENTRIES.slice(1).entries()) {
      if (index % 3 === 1) await restartGateway();
      await publish(entry);
      if (index % 3 === 2) await restartGateway();
      await expectSame(made);
    }
    gone.abort();
    await made.ended;
    expect(new Set(made.entries.map(({ cursor }) => cursor)).size).toBe(made.entries.length);
    expect(made.entries.filter(({ kind }) => kind === 'block.retracted')).toHaveLength(3);
    expect(made.failures.length).toBeGreaterThan(0);
    expect(made.failures).not.toContainEqual(expect.objectContaining({ code: 'STREAM_OUT_OF_ORDER' }));
  },
  120_000,
);

test('page by page to the end, and from every cursor on, it is the same feed', async () => {
  await publish(...ENTRIES);
  const all = (made: Partial<Parameters<typeof followFeed>[0]>) =>
    Array.fromAsync(followFeed({ gateway, chain: 'kv', machine: 'kv', untilEnd: true, ...made }));
  const whole = await all({ from: 'start' });
  expect(whole.length).toBeGreaterThan(30);
  for (const [index, { cursor }] of whole.entries())
    expect(await all({ after: cursor })).toEqual(whole.slice(index + 1));
  const confirmed = await all({ from: 'start', confirmations: 3 });
  expect(confirmed.filter(({ kind }) => kind === 'block.retracted')).toEqual([]);
  const claims = await all({ from: 'start', blocks: false, filter: 'opcode=2b and verdict=accepted' });
  expect(claims.filter(({ kind }) => kind !== 'block.retracted')).toHaveLength(5);
}, 60_000);

test('a rebuild in between: it goes on in the feed of the other build', async () => {
  const gone = new AbortController();
  await publish(...ENTRIES);
  const made = following({ signal: gone.signal });
  await expectSame(made);
  const before = made.entries.length;
  await projection.close();
  await rebuildOn(url, { instance, log, topic, signal: gone.signal });
  projection = await openProjection(url, instance);
  await publish(connectKv('aabcde', ['alice +six']), disconnect('aabcde'), disconnect('aabcd'));
  await publish(connectKv('aabcf', ['alice +seven']));
  await expectSame(made);
  gone.abort();
  await made.ended;
  expect(made.failures).toContainEqual(expect.objectContaining({ code: 'FEED_GONE' }));
  // Where a block had left the branch of the other build already, the client takes it back itself, up to a block's hash.
  const feeds = made.entries.flatMap(({ cursor }) => (cursor.includes(':') ? [cursor.split(':')[0]] : []));
  expect(new Set(feeds.slice(0, before)).size).toBe(1);
  expect(new Set(feeds).size).toBe(2);
}, 120_000);

test('the log is followed as over Kafka, while the gateway is restarted', async () => {
  const gone = new AbortController();
  const seen: ChainChange[] = [];
  const run = async () => {
    for await (const change of follow({ gateway, chain: 'kv', from: 'start', signal: gone.signal })) seen.push(change);
  };
  await publish(...ENTRIES.slice(0, 3));
  const ended = run();
  for (const entry of ENTRIES.slice(3)) {
    await publish(entry);
    if (entry.kind === 'disconnect') await restartGateway();
  }
  const changes = await readAll(log, topic);
  await until(
    'all are there',
    async () => seen.length,
    (count) => count >= changes.length,
  );
  gone.abort();
  await ended;
  const ours = changes.map((change) =>
    change.kind === 'connected'
      ? { kind: 'connected', block: change.event, operations: change.operations }
      : { kind: 'disconnected', block: change.event },
  );
  expect(seen.map(({ cursor: _cursor, ...change }) => change)).toEqual(JSON.parse(JSON.stringify(ours)));
}, 60_000);

test('an operation is waited for until it is so deep, though its block is taken back and it is mined again', async () => {
  const claim = connectKv('aaa', ['frank +nine']) as Extract<LogEntry, { kind: 'connect' }>;
  const txid = claim.operations[0]?.txid ?? '';
  const again = connectKv('aabc', ['frank +nine']) as Extract<LogEntry, { kind: 'connect' }>;
  const mined = { ...again, operations: again.operations.map((each) => ({ ...each, txid })) } as LogEntry;
  const waiting = (confirmations: number) =>
    waitForOperation(txid, { gateway, chain: 'kv', machine: 'kv', confirmations, timeoutMs: 100_000 });
  await publish(...ENTRIES.slice(0, 2));
  const early = [waiting(1), waiting(3)];
  await publish(claim);
  expect(await early[0]).toMatchObject({ kind: 'operation.accepted', height: FIRST_BLOCK + 2 });
  const late = waiting(3);
  await publish(disconnect('aaa'), connectKv('aab'), mined, connectKv('aabcd'));
  await restartGateway();
  await publish(connectKv('aabcde'));
  for (const found of [early[1], late, waiting(3), waiting(1)])
    expect(await found).toMatchObject({ height: FIRST_BLOCK + 3, operation: { txid }, blockHash: again.block.hash });
}, 120_000);
