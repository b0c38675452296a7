import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, height, parseBlock, type Transaction } from '@virtualchain/bitcoin';
import { type ChainReport, createBlockCache, type IngestPorts, ingestChain } from '@virtualchain/ingester';
import { activityMachine } from '@virtualchain/machine-activity';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { createMemoryElection, createMemoryLog } from '@virtualchain/operation-log';
import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import { project } from '@virtualchain/projector';
import { type BuiltBlock, REGTEST_GENESIS } from '@virtualchain/testing';
import { Subject } from 'rxjs';
import { type HostileCase, hostileBlocks, hostileCases } from '../kit/hostile-blocks.ts';
import { memoryNode } from '../kit/memory-node.ts';
import { createNodeModel } from '../kit/node-model.ts';
import { quickClock } from '../kit/quick-clock.ts';
import { operationsOf } from './checks/check-operations.ts';
import { check } from './checks/checker.ts';
import { dumpOf, oraclesOf } from './checks/oracle.ts';
import type { MinedBlock } from './world/mined-block.ts';

/** Node → ingester → log → projections, on memory, with hostile blocks one after another. */
const TOPIC = 'vchain.regtest.kv';
const MAGIC = Uint8Array.of(0x6b, 0x76);
/** What the whole way may take for one block, in time of this process: the machine may be busy with others. */
const BLOCK_CPU_MS_MAX = 2_000;

const chain = kvChain({});
const machines = [kvMachine({}, chain), activityMachine({}, chain)];
const cases = hostileCases(MAGIC);
const stop = new AbortController();
let world: Awaited<ReturnType<typeof start>>;

beforeAll(async () => {
  world = await start();
});

afterAll(async () => {
  stop.abort();
  await Promise.all(world.running);
});

async function start() {
  const model = createNodeModel();
  const node = memoryNode(model);
  const log = createMemoryLog();
  const wakeUps = new Subject<void>();
  const election = createMemoryElection();
  const ports: IngestPorts = { node, blocks: createBlockCache(node), log, election, wakeUps, clock: quickClock };
  const identity = { topic: TOPIC, network: 'regtest', chain: 'kv', magic: bytesToHex(MAGIC), firstBlock: height(1) };
  const silent = { state() {}, leads() {}, nodeTip() {}, connected() {}, disconnected() {}, retry() {}, halted() {} };
  const report: ChainReport = { ...silent, status: () => Promise.reject() as never };
  const stores = await Promise.all(machines.map((machine) => MemoryStore.open(machine)));
  const projecting = stores.map((store) =>
    project({
      log,
      topic: TOPIC,
      open: async () => new MemoryProjection(store),
      signal: stop.signal,
      events: { state: () => undefined, opened: () => undefined, advanced: () => undefined },
    }),
  );
  const running = [ingestChain({ ...ports, chain, network: 'regtest', identity, report }, stop.signal), ...projecting];
  const blocks: BuiltBlock[] = [];
  return { model, log, wakeUps, stores, running, blocks };
}

/** Mines the block, and waits until every projection has it. Answers with the processor time that it took. */
async function send({ bytes, hash }: BuiltBlock): Promise<number> {
  const { model, wakeUps, stores } = world;
  const before = process.cpuUsage();
  model.submit(bytes);
  wakeUps.next();
  while (!stores.every(({ checkpoint }) => checkpoint.cursor?.hash === hash)) {
    for (const { checkpoint } of stores) expect(checkpoint.fault).toBeNull();
    await new Promise((done) => setTimeout(done, 2));
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

describe('hostile blocks go the whole way', () => {
  test.each(cases.map((each): [string, HostileCase] => [each.name, each]))(
    '%s',
    async (_name, hostile) => {
      const { blocks, stores } = world;
      const [funding, block] = hostileBlocks(blocks.at(-1) ?? REGTEST_GENESIS, hostile);
      if (funding === undefined || block === undefined) throw new Error('two blocks are wanted');
      await send(funding);
      const cpuMs = await send(block);
      blocks.push(funding, block);
      const expected = operationsOf(rawBlock(block), bytesToHex(MAGIC));
      for (const { fold } of stores) {
        expect(fold.tip?.outcomes.map(({ event }) => event.txid)).toEqual(expected.map(({ txid }) => txid));
      }
      expect(cpuMs).toBeLessThan(BLOCK_CPU_MS_MAX);
    },
    60_000,
  );

  test('log, projections and oracle agree on all of them', async () => {
    const { blocks, stores, log } = world;
    const branch = [REGTEST_GENESIS, ...blocks].map(minedBlock);
    const { records } = await log.broker.fetch(TOPIC, 0n, { maxWaitMs: 0, maxBytes: Number.MAX_SAFE_INTEGER });
    const oracles = await oraclesOf(chain, machines, branch);
    const projections = stores.map((store, index) => ({
      name: store.fold.machine.name,
      dump: dumpOf(store.fold),
      oracle: oracles[index] as (typeof oracles)[number],
      feed: store.feed,
    }));
    const { violations, counted } = check({
      magic: bytesToHex(MAGIC),
      firstBlock: 1,
      winning: blocks.map(rawBlock),
      records: records.map(({ value }) => value),
      hadToLeave: () => false,
      projections,
      subscribers: [],
    });
    expect(violations).toEqual([]);
    expect(counted.blocks).toBe(2 * cases.length);
    expect(counted.operations).toBeGreaterThan(25);
  }, 60_000);
});

function rawBlock({ bytes, height: at, hash, previousHash }: BuiltBlock) {
  const transactions = parseBlock(bytes).transactions.map(({ txid, outputs }) => {
    return { txid, scripts: outputs.map(({ script }) => script) };
  });
  return { height: at, hash, previousHash, transactions };
}

function minedBlock(built: BuiltBlock): MinedBlock {
  const transactions: readonly Transaction[] = parseBlock(built.bytes).transactions;
  const { hash, height: at } = built;
  return { built, hash, height: at, parent: null, work: 0n, minedAt: 0, transactions, coins: [] };
}
