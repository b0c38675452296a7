import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { bytesToHex, parseBlock, type Transaction } from '@virtualchain/bitcoin';
import { activityMachine } from '@virtualchain/machine-activity';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { type BuiltBlock, REGTEST_GENESIS } from '@virtualchain/testing';
import { type HostileCase, hostileBlocks, hostileCases } from '../kit/hostile-blocks.ts';
import { BLOCK_CPU_MS_MAX, type HostileWay, startHostileWay } from '../kit/hostile-way.ts';
import { operationsOf } from './checks/check-operations.ts';
import { check } from './checks/checker.ts';
import { dumpOf, oraclesOf } from './checks/oracle.ts';
import type { MinedBlock } from './world/mined-block.ts';

/** Node → ingester → log → projections, on memory, with hostile blocks one after another. */
const MAGIC = Uint8Array.of(0x6b, 0x76);

const chain = kvChain({});
const machines = [kvMachine({}, chain), activityMachine({}, chain)];
const cases = hostileCases(MAGIC);
const blocks: BuiltBlock[] = [];
let way: HostileWay;

beforeAll(async () => {
  way = await startHostileWay({ chain, machines });
});

afterAll(async () => way?.[Symbol.asyncDispose]());

describe('hostile blocks go the whole way', () => {
  test.each(cases.map((each): [string, HostileCase] => [each.name, each]))(
    '%s',
    async (_name, hostile) => {
      const [funding, block] = hostileBlocks(blocks.at(-1) ?? REGTEST_GENESIS, hostile);
      if (funding === undefined || block === undefined) throw new Error('two blocks are wanted');
      await way.send(funding);
      const cpuMs = await way.send(block);
      blocks.push(funding, block);
      const expected = operationsOf(rawBlock(block), bytesToHex(MAGIC));
      for (const { fold } of way.stores) {
        expect(fold.tip?.outcomes.map(({ event }) => event.txid)).toEqual(expected.map(({ txid }) => txid));
      }
      expect(cpuMs).toBeLessThan(BLOCK_CPU_MS_MAX);
    },
    60_000,
  );

  test('log, projections and oracle agree on all of them', async () => {
    const { stores, log, topic } = way;
    const branch = [REGTEST_GENESIS, ...blocks].map(minedBlock);
    const { records } = await log.broker.fetch(topic, 0n, { maxWaitMs: 0, maxBytes: Number.MAX_SAFE_INTEGER });
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
