import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parseTransaction, type Sats, type Transaction, type TransactionOutput } from '@virtualchain/bitcoin';
import type { PlannedOutput } from '@virtualchain/testing';
import {
  coinsOf,
  type HostileCase,
  heavyHostileCases,
  hostileCases,
  hostileCoins,
  hostileTransactions,
} from '../kit/hostile-blocks.ts';
import { System } from '../kit/system.ts';

/** Hostile blocks (W4 of the performance page, fault 16), through the real node, Kafka and Postgres. */
const MAGIC = Uint8Array.of(0x6b, 0x76);
const MACHINES = ['kv', 'activity'];
let system: System;

beforeAll(async () => {
  system = await System.start({ seed: 16 });
  await system.ingester();
  for (const machine of MACHINES) await system.projector(machine);
}, 180_000);

afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
}, 60_000);

describe('hostile blocks go the whole way', () => {
  const cases = [...hostileCases(MAGIC), ...heavyHostileCases(MAGIC)];
  test.each(cases.map((each): [string, HostileCase] => [each.name, each]))(
    '%s',
    async (_name, hostile) => {
      const { miner } = system;
      const lists = hostileCoins(hostile);
      const funding: Transaction[] = [];
      for (const list of lists) {
        const coins = parseTransaction(miner.wallet.pay(payable(list), { fee: 1_000n }).bytes);
        await miner.mine([coins.bytes]);
        funding.push(coins);
      }
      const transactions = hostileTransactions(hostile, coinsOf(funding, lists));
      await miner.mine(transactions.map(({ bytes }) => bytes));
      await system.arrived(MACHINES);
      for (const { checkpoint } of await system.statuses()) expect(checkpoint.fault).toBeNull();
      expect(await system.differences(MACHINES)).toEqual([]);
    },
    300_000,
  );
});

const payable = (outputs: readonly PlannedOutput[]): readonly TransactionOutput[] =>
  outputs.map(({ value, script }) => ({ value: value as Sats, script }));
