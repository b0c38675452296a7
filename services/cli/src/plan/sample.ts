import { zstdCompressSync } from 'node:zlib';
import { type BlockHash, bytesToHex, type Height } from '@virtualchain/bitcoin';
import { type ChainReport, createBlockCache, ingestChain } from '@virtualchain/ingester';
import { type ExpectedError, wallClock } from '@virtualchain/kernel';
import { type BitcoinNode, watchTip } from '@virtualchain/node-client';
import { createMemoryElection, createMemoryLog, type OperationLog } from '@virtualchain/operation-log';
import type { VirtualChain } from '@virtualchain/protocol';
import { samplePollMs, sampleRecordBytes } from '../limits.ts';
import type { Window } from './windows.ts';

/** What some neighbouring blocks cost. */
export interface Sample {
  readonly blocks: number;
  /** Of the blocks as the network has them. */
  readonly bytes: number;
  readonly operations: number;
  /** From the first block that was ready to the last that was written, but for the log itself. */
  readonly seconds: number;
  /** Of the log, compressed as the ingester compresses. */
  readonly logBytes: number;
}

/** What is sampled of which node. */
export interface SampleOptions {
  readonly node: BitcoinNode;
  readonly chain: VirtualChain;
  readonly network: string;
  readonly signal: AbortSignal;
}

const TOPIC = 'sample';

/**
 * Lets the ingester itself follow a chain that begins and ends with these blocks, into a log in memory: what is fetched, verified,
 * scanned and looked up, and how much of it at once, is what it would be.
 *
 * @throws what the ingester halts at, and the first failure that it would wait out: a measured wait says nothing.
 */
export async function sampleWindow(options: SampleOptions, { from, to }: Window): Promise<Sample> {
  const { chain, network, signal } = options;
  const done = new AbortController();
  const node = endingAt(options.node, to as Height);
  const watched = measured(node);
  const log = createMemoryLog();
  const firstBlock = from as Height;
  const { checkpoint: _, ...anywhere } = chain;
  const sampled: VirtualChain = { ...anywhere, firstBlock };
  let failure: ExpectedError | null = null;
  let operations = 0;
  const report = reportOf({
    connected(_blocks, count, height) {
      operations += count;
      watched.written();
      if (height >= to) done.abort();
    },
    failed(error) {
      failure ??= error;
      done.abort();
    },
  });
  const identity = { topic: TOPIC, network, chain: chain.name, magic: bytesToHex(chain.magic), firstBlock };
  await ingestChain(
    {
      ...{ node, chain: sampled, network, identity, log, report, clock: wallClock },
      blocks: watched.blocks,
      election: createMemoryElection(),
      wakeUps: watchTip(node, { pollMs: samplePollMs }),
    },
    AbortSignal.any([done.signal, signal]),
  );
  signal.throwIfAborted();
  if (failure !== null) throw failure;
  const logBytes = await compressedBytes(log);
  return { blocks: to - from + 1, bytes: watched.bytes, operations, seconds: watched.seconds, logBytes };
}

/** The same node as if it had no blocks above a height. */
function endingAt(node: BitcoinNode, top: Height): BitcoinNode {
  const hashAt = async (): Promise<BlockHash> => {
    const hash = await node.blockHashAt(top);
    if (hash === null) throw new RangeError(`the node has no block ${top} any more`);
    return hash;
  };
  return {
    ...node,
    status: async () => ({ ...(await node.status()), blocks: top, headers: top, bestBlockHash: await hashAt() }),
    bestBlock: async () => ({ height: top, hash: await hashAt() }),
    blockHashAt: async (height) => (height > top ? null : node.blockHashAt(height)),
    blockHashesFrom: (height, count) => node.blockHashesFrom(height, Math.min(count, Math.max(0, top - height + 1))),
    zmqUrl: async () => null,
  };
}

/** Blocks as the ingester fetches them, and what that takes. Headers that are needed once, before the first block, do not count. */
function measured(node: BitcoinNode) {
  let [fetched, bytes, startMs, endMs] = [0, 0, 0, 0];
  const cache = createBlockCache({
    block: async (hash) => {
      const block = await node.block(hash);
      bytes += block?.length ?? 0;
      return block;
    },
  });
  return {
    blocks: {
      ...cache,
      fetch(hash: BlockHash) {
        fetched += 1;
        if (fetched <= 2) startMs = performance.now(); // the second: the first is ready then
        return cache.fetch(hash);
      },
    },
    written: () => {
      endMs = performance.now();
    },
    get bytes() {
      return bytes;
    },
    get seconds() {
      return ((endMs - startMs) / 1_000) * (fetched > 1 ? fetched / (fetched - 1) : 1);
    },
  };
}

function reportOf(hear: {
  connected(blocks: number, operations: number, height: number): void;
  failed(error: ExpectedError): void;
}): ChainReport {
  const nothing = () => undefined;
  return {
    ...{ state: nothing, leads: nothing, nodeTip: nothing, disconnected: nothing },
    connected: (blocks, operations, tail) => hear.connected(blocks, operations, tail.block?.height ?? -1),
    retry: (error) => hear.failed(error),
    halted: (error) => hear.failed(error),
    status: () => {
      throw new TypeError('nobody asks a sample how it stands');
    },
  };
}

/** Of all records of a log, in batches as the ingester sends them. */
async function compressedBytes(log: OperationLog): Promise<number> {
  let [sum, size] = [0, 0];
  let batch: Uint8Array[] = [];
  const compress = (): void => {
    if (size > 0) sum += zstdCompressSync(Buffer.concat(batch)).length;
    [batch, size] = [[], 0];
  };
  for await (const { changes } of log.read(TOPIC, { after: null, untilEnd: true })) {
    for (const change of changes) {
      if (change.kind !== 'connected') continue;
      for (const record of [Buffer.from(JSON.stringify(change.event)), ...change.operationBytes]) {
        batch.push(record);
        size += record.length;
        if (size >= sampleRecordBytes) compress();
      }
    }
  }
  compress();
  return sum;
}
