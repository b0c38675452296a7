/**
 * What others make of the gateway on the real stack: commands print the same as over Kafka and Postgres, and the subscribers of
 * the page in Python, Go and curl hold the rows of the machine, whatever is killed.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { followFeed } from '@virtualchain/gateway-client';
import { verifyOperation, verifyTransitions } from '@virtualchain/gateway-client/verify';
import type { RunningProcess } from '@virtualchain/local';
import { has, PagePrograms } from '../kit/page-programs.ts';
import { sortedRows } from '../kit/sorted-rows.ts';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';
import { seeded } from '../kit/traffic.ts';
import { until } from '../kit/until.ts';

const PAGE = 'docs/how-to/subscribe-from-any-language.md';
const HERE = 'http://127.0.0.1:8080';
const SEED = 33;

let system: System;
let gateway: RunningProcess;
let address = '';
let programs: PagePrograms;

async function startGateway(port: string): Promise<void> {
  gateway = await system.run('services/cli/src/main.ts', ['gateway', '--api-port', port]);
  ({ address } = await startedLine(gateway));
}

beforeAll(async () => {
  programs = await PagePrograms.open(PAGE);
  system = await System.start({ seed: SEED });
  await Promise.all([system.ingester(), system.projector('kv')]);
  await system.mine(4);
  await system.arrived(['kv']);
  await startGateway('0');
}, 240_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
  await programs?.[Symbol.asyncDispose]();
}, 60_000);

async function vchain(...args: readonly string[]): Promise<string> {
  const process = await system.run('services/cli/src/main.ts', args);
  const { code } = await process.exited;
  const output = await readFile(process.logFile, 'utf8');
  expect({ args, code, output }).toMatchObject({ code: 0 });
  return output;
}

/** Both outputs of a command, over the parts and over the gateway. */
const both = (...args: readonly string[]) =>
  Promise.all([vchain(...args), vchain(...args, '--gateway', address)]) as Promise<readonly [string, string]>;

interface Rows {
  readonly rows: readonly { readonly name: string }[];
}

test('state prints the same, for people and as JSON: all, one by its key, and as it was', async () => {
  const { height } = system.miner.tip;
  const [{ name = '' } = {}] = (JSON.parse(await vchain('state', 'kv', 'names', '--json')) as Rows).rows;
  for (const args of [
    [],
    ['--json'],
    ['--limit', '1', '--json'],
    ['--at', `${height - 1}`],
    [name],
    [name, '--json'],
  ]) {
    const [direct, over] = await both('state', 'kv', 'names', ...args);
    expect({ args, output: over }).toEqual({ args, output: direct });
  }
}, 120_000);

test('tail prints the same, with a filter and without', async () => {
  const { height } = system.miner.tip;
  const people = await both('tail', '--once');
  expect(people[1]).toBe(people[0]);
  const filter = ['--filter', `name=claim and height>=${height - 1}`];
  const filtered = await both('tail', '--once', ...filter);
  expect(filtered[1]).toBe(filtered[0]);
  expect(filtered[0]).toContain(' claim ');
  expect(filtered[0].length).toBeLessThan(people[0].length);
  const withoutCursor = (output: string) =>
    output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { readonly cursor: unknown })
      .map(({ cursor, ...line }) => ({ line, cursor }));
  const [direct, over] = (await both('tail', '--once', '--json', '--from', `${height - 1}`)).map(withoutCursor);
  expect(over?.map(({ line }) => line)).toEqual(direct?.map(({ line }) => line));
  const again = await vchain('tail', '--once', '--json', '--gateway', address, '--cursor', String(over?.[0]?.cursor));
  expect(withoutCursor(again)).toEqual(over?.slice(1));
}, 120_000);

test('status has the same machines', async () => {
  const [direct, over] = (await both('status', '--json')).map((output) => JSON.parse(output));
  expect(over.machines).toEqual(direct.machines);
}, 60_000);

interface Entry {
  readonly kind: string;
  readonly cursor: string;
}

test('every operation is proved by the newest header, and what each block accepted by the newest consensus hash', async () => {
  const { height, hash } = system.miner.tip;
  const place = { gateway: address, chain: 'kv', machine: 'kv' };
  const entries = await Array.fromAsync(followFeed({ ...place, from: 'start', untilEnd: true }));
  const operations = entries.flatMap((entry) => ('operation' in entry ? [entry.operation] : []));
  expect(operations.length).toBeGreaterThan(5);
  for (const { txid, ...operation } of operations) {
    const question = { ...place, magic: '6b76', trusted: { hash, height } };
    const proven = await verifyOperation(txid, question);
    expect(proven).toMatchObject({
      hash: operation.blockHash,
      height: operation.height,
      operation: { txid, ...operation },
    });
    const altered = { txid, ...operation, payload: `${operation.payload}00` };
    await expect(verifyOperation(txid, { ...question, operation: altered })).rejects.toMatchObject({
      ...{ code: 'ANSWER_NOT_PROVEN', problem: 'TRANSACTION_DIFFERS' },
    });
  }
  const { machine } = await system.instance('kv');
  const sealed = entries.findLast((entry) => entry.kind === 'block.sealed');
  const trusted = { height: sealed?.height ?? 0, consensusHash: sealed?.consensusHash ?? '' };
  const question = { ...place, firstBlock: machine.firstBlock, trusted };
  const accepted = entries.filter(({ kind }) => kind === 'operation.accepted');
  for (const at of new Set(operations.map((operation) => operation.height)))
    expect(await verifyTransitions(at, question)).toHaveLength(accepted.filter((entry) => entry.height === at).length);
  const other = { ...trusted, consensusHash: 'ab'.repeat(16) };
  await expect(verifyTransitions(height - 1, { ...question, trusted: other })).rejects.toMatchObject({
    problem: 'CONSENSUS_HASH_MISMATCH',
  });
}, 120_000);

test('curl: events until they are ended, pages, a filter, and the state', async () => {
  const run = async (line: string) => (await promisify(execFile)('sh', ['-c', line])).stdout;
  const lines = programs.lines('1. With curl', { [HERE]: address });
  const [events = '', first = '', next = '', rejected = '', confirmed = '', state = ''] = lines;
  const child = spawn('sh', ['-c', `exec ${events}`], { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.on('data', (piece) => {
    text += String(piece);
  });
  const { hash } = system.miner.tip;
  const found = await until(
    'the newest block is told',
    async () => text,
    (told) => new RegExp(`event: block.sealed\ndata: .*${hash}.*\n\n`).test(told),
  );
  child.kill();
  const told = [...found.matchAll(/^data: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as Entry);
  const page = JSON.parse(await run(first)) as { readonly entries: readonly Entry[]; readonly cursor: string };
  expect(page.entries).toEqual(told.filter(({ kind }) => kind !== undefined).slice(0, 5));
  const more = JSON.parse(await run(next.replace('CURSOR', page.cursor))) as { readonly entries: readonly Entry[] };
  expect(more.entries).toEqual(told.filter(({ kind }) => kind !== undefined).slice(5, 10));
  for (const { kind } of JSON.parse(await run(rejected)).entries) expect(kind).toBe('operation.rejected');
  const deep = JSON.parse(await run(confirmed)).entries as readonly { readonly height: number }[];
  expect(Math.max(...deep.map(({ height }) => height))).toBeLessThanOrEqual(system.miner.tip.height - 2);
  expect(JSON.parse(await run(state)).at).toMatchObject({ blockHash: hash });
}, 120_000);

interface Kept {
  readonly cursor: string | null;
  readonly rows: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** A subscriber of the page as a process, killed and started over and over. */
class Subscriber {
  readonly #line: string;
  readonly #file: string;
  #child: ChildProcess | null = null;

  constructor(section: string, file: string) {
    this.#line = (programs.lines(section, { [HERE]: address })[0] ?? '').replace('names.json', file);
    this.#file = join(programs.folder, file);
  }

  start(): void {
    this.#child = spawn('sh', ['-c', `exec ${this.#line}`], { cwd: programs.folder, detached: true, stdio: 'ignore' });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    if (child?.pid === undefined || child.exitCode !== null) return;
    const exited = new Promise((resolve) => child.once('exit', resolve));
    process.kill(-child.pid, 'SIGKILL');
    await exited;
  }

  async rows(): Promise<readonly string[]> {
    const kept = JSON.parse(await readFile(this.#file, 'utf8').catch(() => '{"rows":{}}')) as Kept;
    return sortedRows(Object.values(kept.rows['names'] ?? {}));
  }
}

const LANGUAGES = [
  { section: '2. In Python', isThere: has('python3', '--version') },
  { section: '3. In Go', isThere: has('go', 'version') },
] as const;
const STEPS = 8;

describe.each(LANGUAGES)('$section', ({ section, isThere }) => {
  const testThere = isThere ? test : test.skip;

  testThere(
    'its subscriber holds the rows of the machine, through reorganisations and kills of itself and of the gateway',
    async () => {
      const random = seeded(SEED);
      const subscriber = new Subscriber(section, 'killed.json');
      subscriber.start();
      for (let step = 0; step < STEPS; step += 1) {
        if (step % 2 === 0) await system.reorg(1 + Math.floor(random() * 3));
        else await system.mine(2);
        if (step % 3 === 0) {
          await gateway.kill('SIGKILL');
          await startGateway(new URL(address).port);
        } else {
          await subscriber.kill();
          subscriber.start();
        }
      }
      await system.arrived(['kv']);
      const { rows } = JSON.parse(await vchain('state', 'kv', 'names', '--json')) as Rows;
      const wanted = sortedRows(rows);
      expect(wanted.length).toBeGreaterThan(3);
      await until(
        'it has the rows of the machine',
        () => subscriber.rows(),
        (found) => found.join() === wanted.join(),
      );
      await subscriber.kill();
      await rm(join(programs.folder, 'killed.json'));

      const [, line = ''] = programs.lines(section, { [HERE]: address });
      const { stdout } = await promisify(execFile)('sh', ['-c', line], { cwd: programs.folder });
      expect(stdout).toBe(`block ${system.miner.tip.height}: ${wanted.length} names\n`);
    },
    300_000,
  );
});
