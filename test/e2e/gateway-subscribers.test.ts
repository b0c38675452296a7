/**
 * Subscribers of bns on the real stack, one over server-sent events, one over a WebSocket, one that waits for six confirmations, a
 * receiver of webhooks and a consumer of Kafka: through reorganisations, and with ingester, projector, gateway, relay and all of them killed
 * at random, each has exactly what it should.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createToken } from '@virtualchain/access';
import { applyChanges, type CollectedState, type FeedEntry, type WebhookDelivery } from '@virtualchain/gateway-client';
import type { RunningProcess } from '@virtualchain/local';
import {
  allRows,
  type Collection,
  type Collections,
  canonicalKey,
  canonicalRow,
  type Row,
} from '@virtualchain/machine';
import { freePorts } from '../../infra/local/src/ports.ts';
import type { Act } from '../../services/cli/src/demo/acts.ts';
import { INGESTER_FLAGS, instanceOf, projectorFlags } from '../../services/cli/src/demo/deployment.ts';
import { fundPeople, type People } from '../../services/cli/src/demo/people.ts';
import { BEFORE_FORK } from '../../services/cli/src/demo/script.ts';
import { someAct } from '../kit/bns-acts.ts';
import { openReader } from '../kit/projections.ts';
import { System } from '../kit/system.ts';
import { seeded } from '../kit/traffic.ts';
import { until } from '../kit/until.ts';
import { readWholeLines } from '../kit/whole-lines.ts';

const REORGS = 20;
const KILLS_EACH = 3;
const DEEP = 6;
const seed = Number(process.env['SEED'] ?? 20);
const random = seeded(seed);
const upTo = (n: number) => Math.floor(random() * n);

let system: System;
let people: People;
let folder: string;
let address: string;
const running = new Map<string, RunningProcess>();
const starts = new Map<string, () => Promise<RunningProcess>>();

beforeAll(async () => {
  system = await System.start({ seed });
  people = await fundPeople(system.miner);
  folder = await mkdtemp(join(tmpdir(), 'vchain-subscribers-'));
  const [port = 0, receiverPort = 0] = await freePorts(2);
  address = `http://127.0.0.1:${port}`;
  starts.set('ingester', () => system.ingester({}, INGESTER_FLAGS));
  starts.set('projector', () => system.run('services/projector/src/main.ts', projectorFlags('bns')));
  starts.set('gateway', () =>
    system.run('services/cli/src/main.ts', ['gateway', '--api-port', String(port), ...RECEIVERS_HERE]),
  );
  starts.set('relay', () =>
    system.run('services/cli/src/main.ts', ['relay', '--feed-topics', 'bns/bns', ...RECEIVERS_HERE]),
  );
  for (const [name, transport, confirmations] of [
    ['sse', 'sse', 1],
    ['websocket', 'websocket', 1],
    ['deep', 'sse', DEEP],
  ] as const)
    starts.set(name, () =>
      system.run('test/kit/subscriber-process.ts', [
        ...[fileOf(name), address, 'bns', 'bns', transport, String(confirmations)],
      ]),
    );
  const topic = `${system.parts.topicPrefix}.regtest.bns.bns.feed`;
  starts.set('kafka', () => system.run('test/kit/feed-consumer-process.ts', [fileOf('kafka'), topic]));
  running.set('ingester', await begin('ingester'));
  running.set('projector', await begin('projector'));
  await until(
    'the projection',
    () => system.statuses(),
    (all) => all.some(({ tip }) => tip !== null),
  );
  for (const name of starts.keys()) if (!running.has(name)) running.set(name, await begin(name));
  const secret = await register(`http://127.0.0.1:${receiverPort}/`);
  starts.set('webhook', () =>
    system.run('test/kit/webhook-process.ts', [fileOf('webhook'), String(receiverPort)], { WEBHOOK_SECRET: secret }),
  );
  running.set('webhook', await begin('webhook'));
}, 240_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Receivers of this machine, in clear text, at any port. */
const RECEIVERS_HERE = [
  ...['--allow-private-addresses', '127.0.0.1/32', '--allow-http-webhooks', '--webhook-ports', '1-65535'],
] as const;

/** Registers a webhook for everything from the start. @returns its signing secret */
async function register(url: string): Promise<string> {
  const token = await createToken(system.postgresUrl, { name: 'e2e', scopes: ['webhooks'] });
  const body = JSON.stringify({ url, chain: 'bns', machine: 'bns', from: 'start' });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await until(
    'the webhook is registered',
    async () => {
      const response = await fetch(`${address}/v1/webhooks`, { method: 'POST', body, headers }).catch(() => null);
      return { status: response?.status, body: (await response?.json()) as { readonly secret: string } | undefined };
    },
    ({ status }) => status === 201,
  );
  return answer.body?.secret ?? '';
}

const fileOf = (name: string): string => join(folder, `${name}.jsonl`);

function begin(name: string): Promise<RunningProcess> {
  const start = starts.get(name);
  if (start === undefined) throw new RangeError(`nothing is called ${name}`);
  return start();
}

async function consensusHash(): Promise<string> {
  const [found] = await system.statuses();
  return found?.tip?.consensusHash ?? '00'.repeat(16);
}

async function mine(acts: readonly Act[]): Promise<void> {
  const { miner } = system;
  const hashes = { consensusHash: await consensusHash(), retractedHash: null };
  await miner.mine(people.sign(acts, hashes, miner.tip.hash));
  people.forgetPending();
}

async function reorganise(depth: number): Promise<void> {
  const { miner } = system;
  const branch = miner.branch();
  const from = branch.at(-1 - depth);
  if (from === undefined || from.height <= people.funded.height) return mine([someAct(random)]);
  const hashes = { consensusHash: await consensusHash(), retractedHash: null };
  people.forgetPending();
  const fork = miner.forkAt(from.hash);
  for (let i = 0; i <= depth; i++) {
    await fork.mine(
      people.sign(
        Array.from({ length: upTo(4) }, () => someAct(random)),
        hashes,
        fork.tip.hash,
      ),
    );
    people.forgetPending();
  }
}

const storedBy = async (name: string): Promise<readonly FeedEntry[]> =>
  name === 'webhook'
    ? readWholeLines<WebhookDelivery>(fileOf(name)).flatMap(({ entries }) => entries)
    : readWholeLines(fileOf(name));

async function wholeFeed(): Promise<readonly FeedEntry[]> {
  const entries: FeedEntry[] = [];
  for (let query = 'from=start'; ; ) {
    const response = await fetch(`${address}/v1/chains/bns/machines/bns/feed?${query}&limit=500`);
    const page = (await response.json()) as { entries: FeedEntry[]; cursor: string; isEnd: boolean };
    entries.push(...page.entries);
    if (page.isEnd) return entries;
    query = `after=${page.cursor}`;
  }
}

/** What the rule of confirmations lets through of a feed, looked up for each block by itself. */
function everSoDeep(feed: readonly FeedEntry[], confirmations: number): readonly FeedEntry[] {
  const lives = new Map<string, { from: number; to: number }>();
  for (const [i, { kind, blockHash }] of feed.entries()) {
    if (kind === 'block.opened') lives.set(`${blockHash} ${i}`, { from: i, to: feed.length });
    if (kind !== 'block.retracted') continue;
    const [life] = [...lives].findLast(([key]) => key.startsWith(String(blockHash)))?.slice(1) ?? [];
    if (typeof life === 'object') life.to = i;
  }
  const told = new Set<number>();
  for (const { from, to } of lives.values()) {
    const block = feed[from];
    const during = feed.slice(from, to);
    if (
      !during.some(({ kind, height }) => kind === 'block.sealed' && height - (block?.height ?? 0) + 1 >= confirmations)
    )
      continue;
    for (const [i, { blockHash }] of during.entries()) if (blockHash === block?.blockHash) told.add(from + i);
    told.add(to);
  }
  return feed.filter(({ kind }, i) => kind === 'genesis' || told.has(i));
}

/** The rows of the live build, as the changes of a feed have them. */
async function stateInPostgres(): Promise<CollectedState> {
  const instance = await instanceOf('bns');
  await using reader = await openReader(system.postgresUrl, instance);
  return await reader.read('tip', async (reading) => {
    const state: CollectedState = new Map();
    for (const [name, collection] of Object.entries(instance.machine.collections as Collections) as [
      string,
      Collection,
    ][]) {
      const rows = (await allRows(reading, name)) as readonly Row[];
      state.set(
        name,
        new Map(rows.map((row) => [JSON.stringify(canonicalKey(collection, row)), canonicalRow(collection, row)])),
      );
    }
    return state;
  });
}

const sorted = (state: CollectedState) =>
  [...state]
    .filter(([, rows]) => rows.size > 0)
    .map(([name, rows]) => [name, [...rows].sort(([a], [b]) => (a < b ? -1 : 1))])
    .sort();

test(`seed ${seed}: through ${REORGS} reorganisations, killed at random, every subscriber has exactly its entries, and the state of Postgres`, async () => {
  for (const acts of BEFORE_FORK) {
    await mine(acts);
    await system.arrived(['bns']);
  }
  let [reorgs, kills] = [0, 0];
  const isDone = () => reorgs >= REORGS && kills >= KILLS_EACH * starts.size;
  const work = async (): Promise<void> => {
    while (!isDone()) {
      if (reorgs < REORGS && random() < 0.4) {
        await reorganise(1 + upTo(7));
        reorgs++;
      } else await mine(Array.from({ length: upTo(5) }, () => someAct(random)));
      await new Promise((resume) => setTimeout(resume, 50 + random() * 200));
    }
  };
  const kill = async (name: string): Promise<void> => {
    for (let i = 0; i < KILLS_EACH; i++) {
      await new Promise((resume) => setTimeout(resume, 1_000 + random() * 4_000));
      await running.get(name)?.kill('SIGKILL');
      kills++;
      running.set(name, await begin(name));
    }
  };
  await Promise.all([work(), ...[...starts.keys()].map(kill)]);
  for (let i = 0; i < DEEP + 1; i++) await mine([]);
  await system.arrived(['bns']);
  await until(
    'the gateway answers again',
    () => fetch(`${address}/v1/chains`).catch(() => null),
    (response) => response?.status === 200,
  );
  const feed = await wholeFeed();
  const expected = { sse: feed, websocket: feed, webhook: feed, kafka: feed, deep: everSoDeep(feed, DEEP) };
  expect(feed.filter(({ kind }) => kind === 'block.retracted').length).toBeGreaterThanOrEqual(REORGS);
  expect(expected.deep.length).toBeLessThan(feed.length);
  for (const [name, entries] of Object.entries(expected)) {
    const last = entries.at(-1)?.cursor;
    await until(
      `${name} has the last entry`,
      () => storedBy(name),
      (stored) => stored.at(-1)?.cursor === last,
      120_000,
    );
    expect({ name, stored: await storedBy(name) }).toEqual({ name, stored: entries });
  }
  const rows = sorted(await stateInPostgres());
  for (const name of ['sse', 'webhook', 'kafka']) {
    const state: CollectedState = new Map();
    for (const entry of await storedBy(name)) applyChanges(state, entry);
    expect({ name, rows: sorted(state) }).toEqual({ name, rows });
  }
}, 400_000);
