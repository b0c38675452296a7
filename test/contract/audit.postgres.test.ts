import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { createMemoryBroker, createMemoryLog, type LogEntry, type MemoryBroker } from '@virtualchain/operation-log';
import { type Audited, AuditRound, openProjection, type PostgresProjection } from '@virtualchain/projection';
import { Client } from '../kit/postgres-client.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { connectKv, kvInstance, publish, readAll } from './kv-log.ts';
import { disconnect } from './log-blocks.ts';

const TOPIC = 'vchain.regtest.kv';
const ONE_BLOCK = { blocks: 1, operations: 1_000 };
const ALL_BLOCKS = { blocks: 100, operations: 1_000 };
const BLOCKS = [
  connectKv('0', ['alice +a', 'bob +b']),
  connectKv('0a', ['alice =a:1', 'carol +a', 'bob ?x']),
  connectKv('0aa', ['bob -b']),
];

let parts: RealParts<'postgres'>;
let databases = 0;

beforeAll(async () => {
  parts = await startRealParts({ need: ['postgres'], env: sharedServers(), log: () => undefined });
}, 120_000);

afterAll(async () => {
  await parts?.[Symbol.asyncDispose]();
});

/** A log with blocks, the projection of it, and a client that may do anything to its tables. */
class AuditedSystem implements AsyncDisposable {
  readonly broker: MemoryBroker;
  readonly log: ReturnType<typeof createMemoryLog>;
  readonly projection: PostgresProjection;
  readonly client: Client;

  private constructor(broker: MemoryBroker, projection: PostgresProjection, client: Client) {
    this.broker = broker;
    this.log = createMemoryLog(broker);
    this.projection = projection;
    this.client = client;
  }

  static async open(entries: readonly LogEntry[] = BLOCKS): Promise<AuditedSystem> {
    const url = await parts.postgres.createDatabase(`audit_${parts.runId}_${++databases}`.toLowerCase());
    const broker = createMemoryBroker();
    const projection = await openProjection(url, kvInstance());
    const client = await Client.connect(url);
    await client.rows(`set search_path to ${projection.schema}`);
    const opened = new AuditedSystem(broker, projection, client);
    await opened.go(entries);
    return opened;
  }

  /** More of the log, folded. */
  async go(entries: readonly LogEntry[]): Promise<void> {
    await publish(this.log, TOPIC, entries);
    const { cursor } = await this.projection.checkpoint();
    const changes = await readAll(this.log, TOPIC);
    await this.projection.advance(changes.filter((change) => change.cursor.sequence > (cursor?.sequence ?? 0)));
  }

  round(): AuditRound {
    return new AuditRound(this.projection, { log: this.log, topic: TOPIC, signal: new AbortController().signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.projection.close();
    await this.log.close();
  }
}

/** Steps of a round until it is over, or has found something. */
async function stepsOf(round: AuditRound, limits = ONE_BLOCK): Promise<readonly Audited[]> {
  const steps: Audited[] = [];
  for (;;) {
    const step = await round.step(limits);
    if (step === null) return steps;
    steps.push(step);
    if (step.disagreements.length > 0) return steps;
  }
}

test('a round checks every block, as many at once as fit, and another one begins at the first again', async () => {
  await using system = await AuditedSystem.open();
  for (const [limits, expected] of [
    [ONE_BLOCK, [101, 102, 103]],
    [ALL_BLOCKS, [103]],
    [{ blocks: 100, operations: 5 }, [102, 103]],
    [{ blocks: 100, operations: 0 }, [101, 102, 103]],
  ] as const) {
    await using round = system.round();
    const steps = await stepsOf(round, limits);
    expect(steps.map(({ height }) => height)).toEqual(expected);
    expect(steps.flatMap(({ disagreements }) => disagreements)).toEqual([]);
    expect(steps.reduce((sum, { operations }) => sum + operations, 0)).toBe(6);
    expect(await round.step(limits)).toBeNull();
  }
});

const flip = (column: string): string =>
  `set ${column} = set_bit(${column}, 8 * length(${column}) - 100, 1 - get_bit(${column}, 8 * length(${column}) - 100))`;

test.each([
  ['a record', `records ${flip('content')}`, 'height', 'records'],
  ['a txid', `stored_operations ${flip('txid')}`, 'height', 'operations (digest)'],
  ['a verdict', 'stored_operations set verdict = 1 - verdict', 'height', 'verdict of operation 0'],
  ['a reason', `stored_operations set reason = '["NAME_TAKEN", "?"]'`, 'height', 'reason of operation 0'],
  ['the keys that were changed', `stored_operations set changed_keys = '[]'`, 'height', 'changed keys of operation 0'],
  ['a first sender', 'stored_operations set party = party # 2', 'height', 'first sender of operation 0'],
  [
    'a transition',
    `stored_transitions set serialized[1] = set_bit(serialized[1], 9, 1 - get_bit(serialized[1], 9))`,
    'height',
    'transitions',
  ],
  ['what the feed tells', `stored_feed ${flip('changes')}`, 'height', 'changes of the feed'],
  ['a value', `c_names set value = 'x'`, 'valid_from', 'rows of names'],
  ['a row that cannot be read', `c_names set history = '{"a": 1}'`, 'valid_from', 'what is stored'],
  ['a height where a row begins', 'c_names set valid_from = 103', 'valid_from', 'rows of names'],
  ['a time', 'blocks set time = 1', 'height', 'time of the log'],
  ['a consensus hash', `blocks set consensus_hash = repeat('0', 32)`, 'height', 'consensus hash'],
  [
    'the hash of a collection',
    `blocks set collection_hashes = jsonb_build_object('names', repeat('0', 64))`,
    'height',
    'collection hash of names',
  ],
  ['a changes hash', `blocks set changes_hash = repeat('0', 64)`, 'height', 'changes hash'],
])('%s that was altered is found at its height', async (_what, change, column, what) => {
  const height = 102;
  for (const limits of [ONE_BLOCK, ALL_BLOCKS]) {
    await using system = await AuditedSystem.open();
    await system.client.rows(`update ${change} where ${column} = 102`);
    await using round = system.round();
    const found = (await stepsOf(round, limits)).at(-1);
    const expected = { height, what: expect.stringContaining(what) };
    expect(found).toMatchObject({
      height: height - 1,
      disagreements: expect.arrayContaining([expect.objectContaining(expected)]),
    });
    expect(new Set(found?.disagreements.map((one) => one.height))).toEqual(new Set([height]));
    expect(await round.step(limits)).toMatchObject({ disagreements: found?.disagreements });
  }
});

test('a further sender or an output that is listed and is none is found', async () => {
  await using system = await AuditedSystem.open();
  await system.client.rows('insert into stored_parties (party, height, position) values (7, 103, 0)');
  await using round = system.round();
  expect((await stepsOf(round)).at(-1)).toMatchObject({
    height: 102,
    disagreements: [{ height: 103, what: 'senders and outputs', stored: '0:7', computed: '' }],
  });
});

test('one bit of a record of the log is found at the height of its block', async () => {
  await using system = await AuditedSystem.open();
  const { records } = await system.broker.fetch(TOPIC, 0n, { maxWaitMs: 0, maxBytes: 1_000_000 });
  const values = records.flatMap(({ value }) => (value === undefined || value === null ? [] : [new Uint8Array(value)]));
  const altered = values.map((value) => {
    const text = Buffer.from(value).toString('latin1');
    if (!text.includes('"type":"operation"') || !text.includes('"height":103')) return value;
    const at = text.indexOf('"payload":"') + '"payload":"'.length;
    return value.map((byte, i) => (i === at ? byte ^ 1 : byte));
  });
  system.broker.recreateTopic(TOPIC);
  system.broker.inject(TOPIC, altered);
  await using round = system.round();
  expect((await stepsOf(round, ALL_BLOCKS)).at(-1)).toMatchObject({
    height: 102,
    disagreements: [{ height: 103, what: 'records of the log', computed: expect.stringContaining('DIGEST_MISMATCH') }],
  });
});

test('a log that lost its last block is found', async () => {
  await using system = await AuditedSystem.open();
  const { records } = await system.broker.fetch(TOPIC, 0n, { maxWaitMs: 0, maxBytes: 1_000_000 });
  const last = records.find(({ value }) =>
    Buffer.from(value ?? [])
      .toString()
      .includes('"height":103'),
  );
  system.broker.cutTail(TOPIC, last?.offset ?? 0n);
  await using round = system.round();
  expect((await stepsOf(round, ALL_BLOCKS)).at(-1)).toMatchObject({
    height: 102,
    disagreements: [{ height: 103, what: 'block of the log', computed: 'not in the log' }],
  });
});

test('blocks that others take the place of between two steps are no disagreement', async () => {
  await using system = await AuditedSystem.open();
  await using round = system.round();
  expect(await round.step({ blocks: 2, operations: 100 })).toMatchObject({ height: 102, disagreements: [] });
  await system.go([disconnect('0aa'), disconnect('0a'), connectKv('0b', ['alice -a']), connectKv('0bb', ['carol +c'])]);
  expect(await round.step(ONE_BLOCK)).toMatchObject({ height: 103, top: 103, disagreements: [] });
  await system.go([connectKv('0bbb', ['carol =c:2'])]);
  expect(await round.step(ONE_BLOCK)).toMatchObject({ height: 104, top: 104, disagreements: [] });
  expect(await round.step(ONE_BLOCK)).toBeNull();
  // Back to blocks that were there before, and lower than the last step was.
  await system.go([
    disconnect('0bbb'),
    disconnect('0bb'),
    disconnect('0b'),
    connectKv('0a', ['alice =a:1', 'carol +a', 'bob ?x']),
  ]);
  expect(await round.step(ONE_BLOCK)).toBeNull();
  await using next = system.round();
  expect((await stepsOf(next)).map(({ height, disagreements }) => [height, disagreements])).toEqual([
    [101, []],
    [102, []],
  ]);
});

test('a block that is missing is found, and so are all', async () => {
  for (const where of ['height = 102', 'height > 101 and height < 104']) {
    await using system = await AuditedSystem.open([...BLOCKS, connectKv('0aaa'), connectKv('0aaaa')]);
    await system.client.rows(`delete from blocks where ${where}`);
    await using round = system.round();
    expect((await stepsOf(round)).at(-1)).toMatchObject({
      height: 101,
      disagreements: [{ height: 102, what: 'blocks' }],
    });
  }
});

test('a database that is away is no finding', async () => {
  await using system = await AuditedSystem.open();
  await using round = system.round();
  await system.projection.close();
  await expect(round.step(ONE_BLOCK)).rejects.toThrow();
});
