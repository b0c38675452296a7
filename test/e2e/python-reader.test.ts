/**
 * The reader in Python of the reference page: another language, another client of Kafka, and nothing but the topic. It has
 * to end with what the node's own chain holds.
 */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import type { RunningProcess } from '@virtualchain/local';
import { foldRawBlocks } from '@virtualchain/testing';
import { kafkaHarness } from '../contract/kafka-hands.ts';
import { hasPython, pythonWith } from '../kit/python.ts';
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

interface Block {
  readonly hash: string;
  readonly operations: readonly { readonly txid: string; readonly payload: string }[];
}

/** The reader as a process, over and over, with its file. */
class PythonReader {
  readonly #system: System;
  readonly #python: string;
  readonly #file: string;
  #starts = 0;
  #process: RunningProcess | null = null;

  constructor(system: System, python: string) {
    this.#system = system;
    this.#python = python;
    this.#file = join(system.parts.runDirectory, 'reader.json');
  }

  async start(): Promise<RunningProcess> {
    const { parts, topic } = this.#system;
    this.#process = await parts.startProcess({
      name: `reader-${++this.#starts}`,
      command: this.#python,
      args: [join(folder, 'reader.py'), parts.kafka.brokers.join(','), topic, this.#file],
      env: { PATH: process.env['PATH'] },
    });
    return this.#process;
  }

  async killAndStart(): Promise<RunningProcess> {
    await this.#process?.kill('SIGKILL');
    return this.start();
  }

  /** Its blocks, once the newest is the miner's. */
  async atTip(): Promise<readonly Block[]> {
    const { hash } = this.#system.miner.tip;
    const read = async (): Promise<readonly Block[]> => {
      const text = await readFile(this.#file, 'utf8').catch(() => '[null,[]]');
      return (JSON.parse(text) as [unknown, readonly Block[]])[1];
    };
    const found = await until('the reader has the tip', read, (blocks) => blocks.at(-1)?.hash === hash);
    return found.map(({ hash, operations }) => ({ hash, operations }));
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

const testWithPython = hasPython ? test : test.skip;

testWithPython(
  `reader in Python (needs Python 3 with venv and pip): ${KILLS} kills of the ingester, ${REORGS} reorganisations, a log that was cut`,
  async () => {
    const random = seeded(SEED);
    await using system = await System.start({ seed: SEED });
    const python = await pythonWith(join(folder, 'requirements.txt'), join(system.parts.runDirectory, 'python'));
    const reader = new PythonReader(system, python);
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
    expect(await reader.atTip()).toEqual(await chainOfNode(system));

    // The topic loses its end, and what takes its place has other offsets.
    await ingester.stop();
    await system.reorg(2);
    const { sequence = 0 } = (await system.log.tail(system.topic)) ?? {};
    const hands = kafkaHarness(system.parts.kafka.brokers, async () => undefined);
    await hands.recreate(system.topic, sequence - RECORDS_CUT);
    ingester = await system.ingester();
    const last = await reader.killAndStart();
    expect(await reader.atTip()).toEqual(await chainOfNode(system));

    // Another log under its name is nothing to go on with.
    await ingester.stop();
    await hands.recreate(system.topic, 0);
    await system.ingester();
    expect(await last.exited).toMatchObject({ code: 1 });
    expect(await readFile(last.logFile, 'utf8')).toContain('LOG_REPLACED');
  },
  200_000,
);
