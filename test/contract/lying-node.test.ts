import { afterEach, beforeEach, expect, test } from '@jest/globals';
import {
  type BlockHash,
  checkProofOfWork,
  compactSizeBytes,
  concatBytes,
  headerHash,
  height,
  parseBlock,
} from '@virtualchain/bitcoin';
import { kvChain } from '@virtualchain/machine-kv';
import { type BitcoinNode, failover, openNode } from '@virtualchain/node-client';
import { createMemoryElection, createMemoryLog } from '@virtualchain/operation-log';
import { createLogger, createMetrics } from '@virtualchain/process';
import { Subject } from 'rxjs';
import { chainMetrics, createBlockCache, createChainReport, ingestChain } from '../../services/ingester/src/index.ts';
import { firstMainnetBlocks, hasMainnetBlocks, mainnetBlock, mainnetGenesis } from '../kit/mainnet-blocks.ts';
import { createNodeModel, type NodeModel } from '../kit/node-model.ts';
import { quickClock } from '../kit/quick-clock.ts';
import { type ScriptedNode, startScriptedNode } from '../kit/scripted-node.ts';
import { until } from '../kit/until.ts';

/** Real blocks of the main network, from nodes that serve them over HTTP as Core does, and lie about some. */
const testWithBlocks = hasMainnetBlocks ? test : test.skip;
const TOPIC = 'vchain.mainnet.kv';

let open: AsyncDisposable[];
let stop: AbortController;
let runs: Promise<void>[];

beforeEach(() => {
  [open, stop, runs] = [[], new AbortController(), []];
});
afterEach(async () => {
  stop.abort();
  await Promise.allSettled(runs);
  for (const each of open.reverse()) await each[Symbol.asyncDispose]();
});

/** A node, and what it hands out in the place of the bytes of some blocks. */
interface Liar {
  readonly scripted: ScriptedNode;
  readonly model: NodeModel;
  readonly lies: Map<string, Uint8Array>;
}

async function startNode(): Promise<Liar> {
  const model = createNodeModel(mainnetGenesis());
  const lies = new Map<string, Uint8Array>();
  const honest = model.known.bind(model);
  Object.assign(model, {
    known(hash: string) {
      const known = honest(hash);
      return known === null ? null : { ...known, bytes: lies.get(hash) ?? known.bytes };
    },
  });
  const scripted = await startScriptedNode({ chain: 'main' }, model);
  open.push(scripted);
  return { scripted, model, lies };
}

/** An ingester of these nodes, in this process. */
function ingest(nodes: readonly Liar[], firstBlock: number, checkpoint?: { height: number; hash: BlockHash }) {
  const clients = nodes.map(({ scripted }) => openNode(scripted.url));
  open.push(...clients);
  const [only] = clients as [BitcoinNode];
  const node = clients.length === 1 ? only : failover(clients, { now: () => performance.now(), compareEveryMs: 10 });
  const log = createMemoryLog();
  const chain = kvChain({ firstBlock, ...(checkpoint === undefined ? {} : { checkpoint }) });
  const logger = createLogger({ name: 'test', version: '0', level: 'silent' });
  const metrics = chainMetrics(createMetrics());
  const report = createChainReport({ chain: 'kv', topic: TOPIC, anchor: 'trusted', logger, metrics, now: () => 0 });
  const codes = new Set<string>();
  const retry = report.retry.bind(report);
  Object.assign(report, {
    retry(error: Parameters<typeof retry>[0], waitMs: number) {
      codes.add('problem' in error ? `${error.code} ${error.problem}` : error.code);
      retry(error, waitMs);
    },
  });
  const wakeUps = new Subject<void>();
  const ports = {
    node,
    blocks: createBlockCache(node),
    log,
    election: createMemoryElection(),
    wakeUps,
    clock: quickClock,
  };
  const identity = { topic: TOPIC, network: 'mainnet', chain: 'kv', magic: '6b76', firstBlock: height(firstBlock) };
  const run = ingestChain({ ...ports, chain, network: 'mainnet', identity, report }, stop.signal);
  run.catch(() => undefined);
  runs.push(run);
  const published = async (): Promise<readonly string[]> => {
    const found: string[] = [];
    for await (const { changes } of log.read(TOPIC, { after: null, untilEnd: true }))
      for (const { kind, event } of changes) found.push(`${kind} ${event.hash}`);
    return found;
  };
  return {
    codes,
    published: () => published().catch(() => []),
    async publishes(hashes: readonly string[]): Promise<void> {
      const expected = hashes.map((hash) => `connected ${hash}`);
      await until(
        'it is published',
        async () => {
          wakeUps.next();
          return await published().catch(() => []);
        },
        (found) => found.length >= expected.length,
      );
      expect(await published()).toEqual(expected);
    },
    async refuses(code: string): Promise<void> {
      await until(
        `it refuses by ${code}`,
        async () => {
          wakeUps.next();
          return [...codes];
        },
        (found) => found.includes(code),
      );
    },
  };
}

const hashesOf = (blocks: readonly Uint8Array[]): readonly string[] => blocks.map((bytes) => parseBlock(bytes).hash);

/** The same transactions, the last ones once more: a tree of the same root (CVE-2012-2459). */
function withDoubledTail(bytes: Uint8Array): Uint8Array {
  const { transactions } = parseBlock(bytes);
  const all = transactions.map((transaction) => transaction.bytes);
  let tail = 1;
  while (Math.trunc(all.length / tail) % 2 === 0) tail *= 2;
  const doubled = [...all, ...all.slice(-tail)];
  return concatBytes(bytes.subarray(0, 80), compactSizeBytes(doubled.length), ...doubled);
}

/** Pairs of ids handed out as transactions of 64 bytes (CVE-2017-12842): where these are none at all, no block. */
function ofInnerNodes(bytes: Uint8Array): Uint8Array {
  const ids = parseBlock(bytes).transactions.map(({ txid }) => Uint8Array.from(Buffer.from(txid, 'hex').reverse()));
  const pairs = ids.flatMap((id, i) => (i % 2 === 0 ? [concatBytes(id, ids[i + 1] ?? id)] : []));
  return concatBytes(bytes.subarray(0, 80), compactSizeBytes(pairs.length), ...pairs);
}

/** The same block with one byte changed. */
const altered = (bytes: Uint8Array, at: number): Uint8Array => bytes.map((byte, i) => (i === at ? byte ^ 1 : byte));

const [BIG, SMALL] = [702_861, 5];
const ofBig = (): Uint8Array => mainnetBlock(BIG);
const ofSmall = (): Uint8Array => firstMainnetBlocks()[SMALL - 1] as Uint8Array;

testWithBlocks.each<[string, number, () => Uint8Array, string]>([
  ['another block', SMALL, () => firstMainnetBlocks()[7] as Uint8Array, 'NODE_REPLY_INVALID'],
  ['a header of another merkle root', SMALL, () => altered(ofSmall(), 36), 'NODE_REPLY_INVALID'],
  ['a coinbase that was altered', SMALL, () => altered(ofSmall(), 130), 'BLOCK_INVALID WRONG_MERKLE_ROOT'],
  ['a block without its last byte', SMALL, () => ofSmall().subarray(0, -1), 'BLOCK_MALFORMED'],
  ['a byte too many', SMALL, () => concatBytes(ofSmall(), Uint8Array.of(0)), 'BLOCK_MALFORMED'],
  ['nothing', SMALL, () => new Uint8Array(0), 'NODE_REPLY_INVALID'],
  ['an altered transaction among 2,500', BIG, () => altered(ofBig(), 900_000), 'BLOCK_INVALID WRONG_MERKLE_ROOT'],
  ['a doubled tail', BIG, () => withDoubledTail(ofBig()), 'BLOCK_INVALID DUPLICATED_TRANSACTIONS'],
  ['inner nodes for transactions', BIG, () => ofInnerNodes(ofBig()), 'BLOCK_MALFORMED'],
])(
  'in the place of a block %s: refused by its name, nothing is published, and the block is when it comes',
  async (_what, at, lie, code) => {
    const node = await startNode();
    const first = at === BIG ? [ofBig()] : firstMainnetBlocks().slice(0, 10);
    if (at === BIG) node.model.place(ofBig(), height(BIG));
    else for (const bytes of first) node.model.submit(bytes);
    const hashes = hashesOf(first);
    const hash = at === BIG ? (hashes[0] as BlockHash) : (hashes[at - 1] as BlockHash);
    node.lies.set(hash, lie());
    const ingester = at === BIG ? ingest([node], BIG, { height: BIG, hash }) : ingest([node], 1);
    await ingester.refuses(code);
    const before = hashes.slice(0, at === BIG ? 0 : at - 1).map((known) => `connected ${known}`);
    expect(before.slice(0, (await ingester.published()).length)).toEqual(await ingester.published());
    node.lies.clear();
    await ingester.publishes(hashes);
  },
);

/** A block of its own making on top of another, as easy as a header may say. */
function forged(on: Uint8Array, bits: number): Uint8Array {
  const { hash, bytes } = parseBlock(on);
  const made = Buffer.from(bytes);
  Buffer.from(hash, 'hex').reverse().copy(made, 4);
  made.writeUInt32LE(bits, 72);
  for (let nonce = 0; !checkProofOfWork(headerHash(made.subarray(0, 80)), bits); nonce++) made.writeUInt32LE(nonce, 76);
  return Uint8Array.from(made);
}

testWithBlocks('a tip without its proof of work, or of too little: nothing of it is published', async () => {
  const blocks = firstMainnetBlocks().slice(0, 10);
  const tenth = blocks[9] as Uint8Array;
  const hashes = hashesOf(blocks);
  const withoutWork = Buffer.from(tenth);
  Buffer.from(hashes[9] as string, 'hex')
    .reverse()
    .copy(withoutWork, 4);
  for (const [tip, code] of [
    [Uint8Array.from(withoutWork), 'BLOCK_INVALID NO_PROOF_OF_WORK'],
    [forged(tenth, 0x207fffff), 'HEADER_INVALID WRONG_DIFFICULTY'],
  ] as const) {
    const node = await startNode();
    for (const bytes of [...blocks, tip]) node.model.submit(bytes);
    // What has little work is no best tip by itself: this node says so all the same.
    node.model.follow(node.model.known(parseBlock(tip).hash) as NonNullable<ReturnType<NodeModel['known']>>);
    const ingester = ingest([node], 1);
    await ingester.refuses(code);
    const told = await ingester.published();
    expect(hashes.map((hash) => `connected ${hash}`).slice(0, told.length)).toEqual(told);
    stop.abort();
    await Promise.allSettled(runs);
    stop = new AbortController();
  }
});

testWithBlocks('with several nodes, the blocks that one lies about come from the next', async () => {
  const blocks = firstMainnetBlocks().slice(0, 10);
  const hashes = hashesOf(blocks);
  const [liar, honest] = [await startNode(), await startNode()];
  for (const { model } of [liar, honest]) for (const bytes of blocks) model.submit(bytes);
  for (const hash of hashes) liar.lies.set(hash, altered(blocks[hashes.indexOf(hash)] as Uint8Array, 130));
  const ingester = ingest([liar, honest], 1);
  await ingester.publishes(hashes);
  expect(liar.scripted.calls.length).toBeGreaterThan(0);
});
