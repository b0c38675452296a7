import {
  type Block,
  findTransactions,
  height,
  parseBlock,
  parseTransaction,
  type Transaction,
  type Txid,
  verifyBlock,
} from '@virtualchain/bitcoin';
import { fundingTxids, operationEvents, scanBlock } from '@virtualchain/protocol';
import type { Bench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { medianOf } from '../harness/quantile.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { workloadInstance } from '../workloads/entries.ts';

const ITERATIONS = 10;
const STEPS = ['parse', 'verify', 'scan', 'find funding', 'read funding', 'events'] as const;

/** What the ingester does with one block of W2, from its bytes to its events; a node and a log are not asked. */
const ingestBlock: Bench = {
  name: 'ingest-block',
  workload: 'W2',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 30, unit: 'ms of CPU a block' },
  note: 'Raw block to the events of its 1,200 operations; a node and a log are not asked. Largest of a profile: sha256 in vector lanes 17 %, the events’ own fields 11, texts of hex 10, merkle paths 5.',
  async open() {
    const { blocks, funding } = makeWorkload('W2', 1);
    const { chain, network } = workloadInstance();
    const bytes = blocks[0]?.bytes ?? new Uint8Array();
    const raw = new Map(
      fundingTxids(scanBlock(parseBlock(bytes), chain)).map((txid) => [txid, (funding(txid) as Transaction).bytes]),
    );
    const taken: number[] = [];
    const steps = new Map<string, number>();

    function timed<Result>(step: (typeof STEPS)[number], work: () => Result): Result {
      const before = process.cpuUsage();
      const result = work();
      const { user, system } = process.cpuUsage(before);
      steps.set(step, (steps.get(step) ?? 0) + (user + system) / 1_000);
      return result;
    }

    function ingest(): string {
      const block: Block = timed('parse', () => parseBlock(bytes));
      timed('verify', () => verifyBlock(block));
      const scanned = timed('scan', () => scanBlock(block, chain));
      timed('find funding', () => findTransactions(block, fundingTxids(scanned)));
      const spent = timed(
        'read funding',
        () => new Map<Txid, Transaction>(Array.from(raw, ([txid, each]) => [txid, parseTransaction(each)])),
      );
      const at = { block, height: height(1) };
      const events = timed('events', () => operationEvents({ chain, network }, at, scanned, (txid) => spent.get(txid)));
      return `${events.length} ${events.at(-1)?.merklePath}`;
    }

    return {
      async ours(round) {
        if (round === 0) steps.clear();
        const one = await measured(() => {
          let answer = '';
          for (let i = 0; i < ITERATIONS; i += 1) answer = ingest();
          return answer;
        });
        if (round >= 0) taken.push(one.cpuMs / ITERATIONS);
        return { ...one, cpuMs: one.cpuMs / ITERATIONS, wallMs: one.wallMs / ITERATIONS };
      },
      peer: null,
      amount: () => medianOf(taken),
      details: () =>
        STEPS.map((step) => `${step}: ${((steps.get(step) ?? 0) / (taken.length * ITERATIONS)).toFixed(2)} ms`),
      async [Symbol.asyncDispose]() {},
    };
  },
};

export const benches = [ingestBlock];
