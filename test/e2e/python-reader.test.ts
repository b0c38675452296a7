/**
 * The reader in Python of the reference page: another language, another client of Kafka, and nothing but the topic. It has
 * to end with what the node's own chain holds.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RealParts, type Run, type RunningProcess, startRealParts } from '@virtualchain/local';
import { type OperationLog, openKafkaLog } from '@virtualchain/operation-log';
import type { LogEvent } from '@virtualchain/protocol';
import { foldRawBlocks } from '@virtualchain/testing';
import { kafkaHarness } from '../contract/kafka-hands.ts';
import {
  connect,
  disconnect,
  hashOf,
  identityOf,
  operationOf,
  placed,
  recordsOfBlock,
} from '../contract/log-blocks.ts';
import type { LogHarness } from '../contract/operation-log.contract.ts';
import { hasPython, pythonWith } from '../kit/python.ts';
import { sharedServers } from '../kit/shared-servers.ts';
import { System } from '../kit/system.ts';
import { seeded } from '../kit/traffic.ts';
import { until } from '../kit/until.ts';

const folder = resolve(import.meta.dirname, '../../examples/python');
const SEED = 19;
const KILLS = 20;
const REORGS = 10;
/** Where an ingester at work dies: in the middle of what readers must not see, or must see whole. */
const POINTS = ['before-commit', 'after-commit', 'before-append', 'after-writer-started', 'after-append'];
const RECORDS_CUT = 30;

const SECOND_WRITER = { type: 'writer.started', writer: 'e'.repeat(32) } as const;

/** Behind block 0, which ends with record 4; what the reader says of them; the records. */
const FAULTS: readonly (readonly [string, string, (log: string) => (LogEvent | Uint8Array)[]])[] = [
  ['a missing sequence', 'record 6 follows on 4', (log) => recordsOfBlock('0a', { log, epoch: 1, sequence: 6 })],
  ['a wrong parent', 'another parent', (log) => recordsOfBlock('0ba', { log, epoch: 1, sequence: 5 })],
  ['another log', 'a record of log', () => recordsOfBlock('0a', { log: 'f'.repeat(32), epoch: 1, sequence: 5 })],
  ['an altered operation', 'announced', (log) => altered(recordsOfBlock('0a', { log, epoch: 1, sequence: 5 }))],
  ['a value that is no JSON', 'JSON', () => [new TextEncoder().encode('{"type":"operation"')]],
  ['an operation without its block', 'out of its place', (log) => [placed(operationOf('0', 1), log, 1, 5)]],
  ['an epoch not opened', 'was not opened', (log) => recordsOfBlock('0a', { log, epoch: 2, sequence: 5 })],
  ['another block in place of one', 'another record', (log) => recordsOfBlock('1', { log, epoch: 1, sequence: 3 })],
  ['a second writer of an epoch', 'two writers', (log) => [placed(SECOND_WRITER, log, 1, 5)]],
];

function altered(events: LogEvent[]): LogEvent[] {
  return events.map((event) => (event.type === 'operation' ? { ...event, payload: '62' } : event));
}

let parts: RealParts<'kafka'>;
let python: string;

interface Block {
  readonly hash: string;
  readonly operations: readonly { readonly txid: string; readonly payload: string }[];
}

/** The reader as a process, over and over, with its file. */
class PythonReader {
  readonly #run: Run;
  readonly #args: readonly string[];
  readonly #name: string;
  readonly #file: string;
  #starts = 0;
  #process: RunningProcess | null = null;

  constructor(run: Run, brokers: readonly string[], topic: string) {
    this.#run = run;
    this.#name = `reader-of-${topic}`;
    this.#file = join(run.runDirectory, `${topic}.json`);
    this.#args = [join(folder, 'reader.py'), brokers.join(','), topic, this.#file];
  }

  async start(): Promise<RunningProcess> {
    const name = `${this.#name}-${++this.#starts}`;
    const env = { PATH: process.env['PATH'] };
    this.#process = await this.#run.startProcess({ name, command: python, args: this.#args, env });
    return this.#process;
  }

  async killAndStart(): Promise<RunningProcess> {
    await this.#process?.kill('SIGKILL');
    return this.start();
  }

  /** Its blocks, once the newest has this hash. */
  async at(hash: string): Promise<readonly Block[]> {
    const found = await until(
      'the reader has the block',
      () => this.blocks(),
      (blocks) => blocks.at(-1)?.hash === hash,
    );
    return found.map(({ hash, operations }) => ({ hash, operations }));
  }

  async blocks(): Promise<readonly Block[]> {
    const text = await readFile(this.#file, 'utf8').catch(() => '[null,[]]');
    return (JSON.parse(text) as [unknown, readonly Block[]])[1];
  }
}

/** What the winning branch holds, folded from its raw blocks; that the node stands on the same is asked block by block. */
async function chainOfNode(system: System): Promise<readonly Block[]> {
  const fold = await foldRawBlocks(await system.instance('kv'), system.miner.branch());
  const heights = fold.blocks.map(({ block }) => block.height);
  const hashes = await Promise.all(heights.map((height) => system.rpc.call('getblockhash', height)));
  expect(fold.blocks.map(({ block }) => block.hash)).toEqual(hashes);
  return fold.blocks.map(({ block, outcomes }) => ({
    hash: block.hash,
    operations: outcomes.map(({ event: { txid, payload } }) => ({ txid, payload })),
  }));
}

async function dieAtWork(system: System, point: string): Promise<void> {
  const ingester = await system.ingester({ VCHAIN_FAILPOINT: `${point}:1` });
  expect(await ingester.exited).toMatchObject({ signal: 'SIGKILL' });
}

async function dieAtStart(system: System, afterMs: number): Promise<void> {
  const ingester = await system.ingester();
  await new Promise((resume) => setTimeout(resume, afterMs));
  await ingester.kill('SIGKILL');
}

const describeWithPython = hasPython ? describe : describe.skip;

describeWithPython('the reader in Python, which needs Python 3 with venv and pip', () => {
  beforeAll(async () => {
    parts = await startRealParts({ need: ['kafka'], env: sharedServers(), log: () => undefined });
    python = await pythonWith(join(folder, 'requirements.txt'), join(parts.runDirectory, 'python'));
  }, 120_000);
  afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

  test(`${KILLS} kills of the ingester, ${REORGS} reorganisations, and a log that was cut: it has what the node has`, async () => {
    const random = seeded(SEED);
    await using system = await System.start({ seed: SEED });
    const reader = new PythonReader(system.parts, system.parts.kafka.brokers, system.topic);
    await reader.start();

    for (let kill = 0; kill < KILLS; kill += 1) {
      if (kill % (KILLS / REORGS) === 0) await system.reorg(1 + Math.floor(random() * 5));
      else await system.mine(1 + Math.floor(random() * 3), 1 + Math.floor(random() * 5));
      if (kill % 4 === 3) await reader.killAndStart();
      // A topic misses its dead leader for six seconds: half of them die at work, the others while they start.
      if (kill % 2 === 0) await dieAtWork(system, POINTS[(kill / 2) % POINTS.length] ?? '');
      else await dieAtStart(system, 300 + random() * 300);
    }
    let ingester = await system.ingester();
    await system.mine(2);
    expect(await reader.at(system.miner.tip.hash)).toEqual(await chainOfNode(system));

    // The topic loses its end, and what takes its place has other offsets.
    await ingester.stop();
    await system.reorg(2);
    const { sequence = 0 } = (await system.log.tail(system.topic)) ?? {};
    const hands = kafkaHarness(system.parts.kafka.brokers, async () => undefined);
    await hands.recreate(system.topic, sequence - RECORDS_CUT);
    ingester = await system.ingester();
    const last = await reader.killAndStart();
    expect(await reader.at(system.miner.tip.hash)).toEqual(await chainOfNode(system));

    // Another log under its name is nothing to go on with.
    await ingester.stop();
    await hands.recreate(system.topic, 0);
    await system.ingester();
    expect(await last.exited).toMatchObject({ code: 1 });
    expect(await readFile(last.logFile, 'utf8')).toContain('LOG_REPLACED');
  }, 200_000);

  describe('records as no writer of ours leaves them', () => {
    let hands: LogHarness;
    let log: OperationLog;
    beforeAll(async () => {
      hands = kafkaHarness(parts.kafka.brokers, async () => undefined);
      log = openKafkaLog({ brokers: parts.kafka.brokers });
    });
    afterAll(async () => log?.close());

    const topicOf = (what: string) => `${parts.topicPrefix}.${what.replaceAll(' ', '-')}`;
    async function written(topic: string): Promise<string> {
      await log.ensureTopic(topic);
      await using writer = await log.openWriter(identityOf(topic));
      await writer.append([connect('0')]);
      return writer.tail.log;
    }
    const hashesOf = (blocks: readonly Block[]) => blocks.map(({ hash }) => hash);

    test('an unfinished block, an older epoch and a repeated block change nothing', async () => {
      const topic = topicOf('void records');
      const id = await written(topic);
      await hands.inject(topic, recordsOfBlock('0a', { log: id, epoch: 1, sequence: 5, count: 5 }).slice(0, 3));
      await using writer = await log.openWriter(identityOf(topic));
      await hands.inject(topic, recordsOfBlock('0b', { log: id, epoch: 1, sequence: 8 }));
      await writer.append([connect('0a', 5)]);
      await hands.inject(topic, recordsOfBlock('0a', { log: id, epoch: 2, sequence: 9, count: 5 }));
      const reader = new PythonReader(parts, parts.kafka.brokers, topic);
      await reader.start();
      expect(hashesOf(await reader.at(hashOf('0a')))).toEqual([hashOf('0'), hashOf('0a')]);
      await reader.killAndStart();
      await writer.append([disconnect('0a'), connect('0c', 2), connect('0cd', 0)]);
      const blocks = await reader.at(hashOf('0cd'));
      expect(hashesOf(blocks)).toEqual([hashOf('0'), hashOf('0c'), hashOf('0cd')]);
      expect(blocks.map(({ operations }) => operations.length)).toEqual([1, 2, 0]);
    }, 60_000);

    describe('what forbids to read on', () => {
      const ended = new Map<string, { readonly reader: PythonReader; readonly last: RunningProcess }>();
      beforeAll(async () => {
        for (const [what, , events] of FAULTS) {
          const topic = topicOf(what);
          await hands.inject(topic, events(await written(topic)));
          const reader = new PythonReader(parts, parts.kafka.brokers, topic);
          ended.set(what, { reader, last: await reader.start() });
        }
      }, 60_000);

      test.each(FAULTS)(
        '%s ends it, with what it kept untouched',
        async (what, problem) => {
          const { reader, last } = ended.get(what) ?? {};
          expect(await last?.exited).toMatchObject({ code: 1 });
          expect(await readFile(last?.logFile ?? '', 'utf8')).toContain(problem);
          expect(hashesOf((await reader?.blocks()) ?? [])).toEqual([hashOf('0')]);
        },
        60_000,
      );
    });
  });
});
