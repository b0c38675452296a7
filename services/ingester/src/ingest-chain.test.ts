import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type BlockHash, height } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import { kvChain } from '@virtualchain/machine-kv';
import {
  BrokerRefused,
  BrokerUnavailable,
  type CampaignNews,
  createMemoryElection,
  createMemoryLog,
  type Election,
  WriterFenced,
} from '@virtualchain/operation-log';
import { createLogger, createMetrics } from '@virtualchain/process';
import { Subject } from 'rxjs';
import { madeNode } from '../../../test/kit/made-node.ts';
import { quickClock } from '../../../test/kit/quick-clock.ts';
import { createBlockCache } from './block/block-cache.ts';
import { type ChainReport, chainMetrics, createChainReport } from './chain-report.ts';
import { ingestChain } from './ingest-chain.ts';

const FIRST = 101;
const TOPIC = 'vchain.regtest.kv';

class NodeAway extends ExpectedError {
  readonly code = 'NODE_UNAVAILABLE';
  readonly remedy = 'retry';
}
let made: ReturnType<typeof madeNode>;
let log: ReturnType<typeof createMemoryLog>;
let wakeUps: Subject<void>;
let stop: AbortController;
let runs: Promise<void>[];
const election = () => createMemoryElection();

beforeEach(() => {
  made = madeNode(FIRST);
  log = createMemoryLog();
  wakeUps = new Subject();
  stop = new AbortController();
  runs = [];
});
afterEach(async () => {
  stop.abort();
  await Promise.allSettled(runs);
});

function start(shared = election(), blocks = createBlockCache(made.node)): { report: ChainReport; run: Promise<void> } {
  const chain = kvChain({ firstBlock: FIRST });
  const identity = { topic: TOPIC, network: 'regtest', chain: 'kv', magic: '6b76', firstBlock: height(FIRST) };
  const ports = { node: made.node, blocks, log, election: shared, wakeUps, clock: quickClock };
  const logger = createLogger({ name: 'test', version: '0', level: 'silent' });
  const metrics = chainMetrics(createMetrics());
  const report = createChainReport({ chain: 'kv', topic: TOPIC, anchor: 'trusted', logger, metrics, now: () => 0 });
  const run = ingestChain({ ...ports, chain, network: 'regtest', identity, report }, stop.signal);
  run.catch(() => undefined);
  runs.push(run);
  return { report, run };
}

/** Waits until it holds; nothing here takes longer than a moment. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 2));
  }
  throw new Error('it never came to hold');
}

async function history(): Promise<string[]> {
  const words: string[] = [];
  for await (const { changes } of log.read(TOPIC, { after: null, untilEnd: true })) {
    for (const { kind, event } of changes) words.push(`${kind === 'connected' ? '+' : '-'}${made.nameOf(event.hash)}`);
  }
  return words;
}

/** Waits for the log to end with these changes. */
async function untilHistory(...words: string[]): Promise<void> {
  await until(async () => (await history().catch(() => [])).length >= words.length);
  expect(await history()).toEqual(words);
}

test('the blocks of the best chain are published in order, with their operations', async () => {
  made.blockNamed('0', ['kv+alice', 'nothing of ours', 'kv+bob']);
  made.moveTo('0ab');
  const { report } = start();
  await untilHistory('+0', '+0a', '+0ab');
  const [first] = await Array.fromAsync(log.read(TOPIC, { after: null, untilEnd: true }), ({ changes }) => changes[0]);
  if (first?.kind !== 'connected') throw new Error('no block');
  expect(first.operations.map(({ payload, transactionIndex }) => [payload, transactionIndex])).toEqual([
    ['616c696365', 1],
    ['626f62', 3],
  ]);
  await until(() => report.status().state === 'leader');
  expect(report.status()).toMatchObject({ logHeight: 103, nodeHeight: 103, lagBlocks: 0, epoch: 1 });
});

test('blocks so large that the look-ahead does not fit the cache are fetched once each', async () => {
  const names = '0abcdefghijklmnopqrst';
  made.moveTo(names);
  const fetched: string[] = [];
  const counting = {
    block(hash: BlockHash) {
      fetched.push(made.nameOf(hash));
      return made.node.block(hash);
    },
  };
  const bytesMax = 3 * made.blockNamed('0').bytes.length; // of eight that are fetched ahead
  start(undefined, createBlockCache(counting, bytesMax));
  const expected = Array.from(names, (_letter, index) => names.slice(0, index + 1));
  await untilHistory(...expected.map((name) => `+${name}`));
  expect(fetched.toSorted()).toEqual(expected);
});

test('a reorganisation leaves the old branch newest first, and follows the new one', async () => {
  made.moveTo('0ab');
  start();
  await untilHistory('+0', '+0a', '+0ab');
  made.moveTo('0cde');
  wakeUps.next();
  await untilHistory('+0', '+0a', '+0ab', '-0ab', '-0a', '+0c', '+0cd', '+0cde');
});

test('reorg-while-down: a new writer finds the fork in the log, however deep', async () => {
  made.moveTo('0abcdefgh');
  start();
  await until(async () => (await history().catch(() => [])).length === 9);
  stop.abort();
  await Promise.all(runs);
  stop = new AbortController();
  made.moveTo('0bcdefghij');
  start();
  await until(async () => (await history()).length === 9 + 8 + 9);
  expect((await history()).slice(9, 17)).toEqual(
    ['0abcdefgh', '0abcdefg', '0abcdef', '0abcde', '0abcd', '0abc', '0ab', '0a'].map((name) => `-${name}`),
  );
});

test('topic-deleted-while-running: the ingester creates it again and publishes from the first block', async () => {
  made.moveTo('0ab');
  const { report } = start();
  await untilHistory('+0', '+0a', '+0ab');
  const before = await log.tail(TOPIC);
  log.broker.deleteTopic(TOPIC);
  made.moveTo('0abc');
  await until(async () => {
    wakeUps.next();
    return (await history().catch(() => [])).length === 4;
  });
  expect(await history()).toEqual(['+0', '+0a', '+0ab', '+0abc']);
  expect((await log.tail(TOPIC))?.log).not.toBe(before?.log);
  await until(() => report.status().state === 'leader');
});

test('a node that is behind publishes nothing, and says so', async () => {
  made.moveTo('0ab');
  const { report } = start();
  await untilHistory('+0', '+0a', '+0ab');
  made.moveTo('0');
  wakeUps.next();
  await until(() => report.status().state === 'behind');
  expect(await history()).toEqual(['+0', '+0a', '+0ab']);
});

test('a tip that only moves back is followed when the node calls the branch invalid', async () => {
  made.moveTo('0ab');
  start();
  await untilHistory('+0', '+0a', '+0ab');
  made.callInvalid('0ab');
  made.moveTo('0a');
  wakeUps.next();
  await untilHistory('+0', '+0a', '+0ab', '-0ab');
});

test('transient-error-as-empty: a node that fails is waited for, and nothing is left out', async () => {
  made.blockNamed('0', ['kv+alice']);
  made.moveTo('0');
  made.breakWith(new NodeAway('connection refused'));
  const { report } = start();
  await until(() => report.status().code === 'NODE_UNAVAILABLE');
  expect(report.status().state).toBe('waiting');
  made.breakWith(null);
  await untilHistory('+0');
});

test('funding that is not found is an error while the block is on the best chain, and dropped when it left', async () => {
  made.blockNamed('0a', ['kv+alice']);
  made.moveTo('0a');
  made.hideFunding(true);
  const { report } = start();
  await until(() => report.status().code === 'FUNDING_UNKNOWN');
  made.moveTo('0bc');
  await untilHistory('+0', '+0b', '+0bc');
});

test('stuck-on-pruned: a coin from a pruned block counts by what the node shows of it, and that is said', async () => {
  made.blockNamed('0', ['kv+alice', 'kv+bob']);
  made.moveTo('0');
  made.prune(FIRST);
  const { report } = start();
  await untilHistory('+0');
  const [first] = await Array.fromAsync(log.read(TOPIC, { after: null, untilEnd: true }), ({ changes }) => changes[0]);
  if (first?.kind !== 'connected') throw new Error('no block');
  expect(first.operations.map(({ senders }) => senders.map(({ value }) => value))).toEqual([['1000'], ['1000']]);
  expect(report.status()).toMatchObject({ unprovenOutputs: 2, epoch: 1 });
});

test('stuck-on-pruned: a node that keeps the next block is taken, whatever it pruned of those that were read', async () => {
  made.moveTo('0ab');
  const { report } = start();
  await untilHistory('+0', '+0a', '+0ab');
  expect(report.status().unprovenOutputs).toBe(0);
  stop.abort();
  await Promise.all(runs);
  stop = new AbortController();
  made.prune(FIRST + 3);
  made.moveTo('0abc');
  start();
  await untilHistory('+0', '+0a', '+0ab', '+0abc');
  stop.abort();
  await Promise.all(runs);
  stop = new AbortController();
  made.prune(FIRST + 5);
  await expect(start().run).rejects.toMatchObject({ code: 'NODE_PRUNED' });
});

test('wrong-difficulty: a block easier or harder than the rule is refused, and no record of it is published', async () => {
  made.moveTo('0');
  const { report } = start();
  await untilHistory('+0');
  made.blockNamed('0a', ['kv+alice'], 0x207ffffe);
  made.moveTo('0ab');
  wakeUps.next();
  await until(() => report.status().code === 'HEADER_INVALID');
  expect(await history()).toEqual(['+0']);
  made.moveTo('0c');
  await untilHistory('+0', '+0c');
});

test('a failure that only a person can put right halts the chain with its code', async () => {
  made.moveTo('0');
  made.moveToNetwork('mainnet');
  const { run } = start();
  await expect(run).rejects.toMatchObject({ code: 'WRONG_NETWORK' });
});

test('a writer that was fenced opens another, and continues from the tail', async () => {
  made.moveTo('0');
  const { report } = start();
  await untilHistory('+0');
  log.broker.failNext('send', new WriterFenced(TOPIC));
  made.moveTo('0a');
  wakeUps.next();
  await untilHistory('+0', '+0a');
  expect(report.status().epoch).toBe(2);
});

test('a commit that failed after it happened is found in the log, and not repeated', async () => {
  made.moveTo('0');
  start();
  await untilHistory('+0');
  log.broker.failNext('after-commit', new NodeAway('connection reset'));
  made.moveTo('0ab');
  wakeUps.next();
  await untilHistory('+0', '+0a', '+0ab');
});

test('a stand-by writes nothing until the leader stops', async () => {
  made.moveTo('0');
  const shared = election();
  start(shared);
  await untilHistory('+0');
  const first = stop;
  stop = new AbortController();
  const { report } = start(shared);
  await until(() => report.status().state === 'standby');
  made.moveTo('0a');
  wakeUps.next();
  await untilHistory('+0', '+0a');
  first.abort();
  await until(() => report.status().state === 'leader');
  made.moveTo('0ab');
  wakeUps.next();
  await untilHistory('+0', '+0a', '+0ab');
});

/** An election that tells what it is given, one after another. */
function scriptedElection() {
  const news = new Subject<CampaignNews>();
  const election: Election = {
    async *campaign(_topic, { signal }) {
      const left: CampaignNews[] = [];
      let wake = Promise.withResolvers<void>();
      const told = news.subscribe((one) => {
        left.push(one);
        wake.resolve();
      });
      signal.addEventListener('abort', () => wake.resolve(), { once: true });
      while (!signal.aborted) {
        const next = left.shift();
        if (next !== undefined) yield next;
        else {
          await wake.promise;
          wake = Promise.withResolvers();
        }
      }
      told.unsubscribe();
    },
    async [Symbol.asyncDispose]() {},
  };
  return { news, election };
}

test('a group that cannot be asked is told with its code, ends the lead, and is waited for', async () => {
  const { news, election } = scriptedElection();
  made.moveTo('0a');
  const { report } = start(election);
  await until(() => news.observed);
  news.next('leader');
  await untilHistory('+0', '+0a');
  news.next(new BrokerUnavailable(TOPIC, new Error('nobody is there')));
  await until(() => report.status().state === 'waiting');
  expect(report.status()).toMatchObject({
    code: 'BROKER_UNAVAILABLE',
    detail: expect.stringContaining('nobody is there'),
  });
  news.next('standby');
  await until(() => report.status().state === 'standby');
});

test('a group that refuses us halts the chain with its code', async () => {
  const { news, election } = scriptedElection();
  const { run } = start(election);
  await until(() => news.observed);
  news.next(new BrokerRefused(TOPIC, new Error('Not authorized to access group')));
  await expect(run).rejects.toMatchObject({ code: 'BROKER_REFUSED' });
});
