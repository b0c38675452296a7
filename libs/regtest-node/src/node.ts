import { randomBytes } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { type BlockFile, openBlockFile } from './block-file.ts';
import type { ChainView } from './chain/block-tree.ts';
import { type Chain, createChain } from './chain/chain.ts';
import { VERIFIED_SCRIPTS_MAX } from './limits.ts';
import { createMempool, type Mempool } from './mempool/mempool.ts';
import { chainMethods } from './rpc/chain-methods.ts';
import { coinMethods } from './rpc/coin-methods.ts';
import { controlMethods } from './rpc/control-methods.ts';
import { CORE_SETTINGS } from './rpc/core-settings.ts';
import { mempoolMethods } from './rpc/mempool-methods.ts';
import type { Methods } from './rpc/methods.ts';
import { miningMethods } from './rpc/mining-methods.ts';

/** Where a node keeps its chain, its clock, and who ends it. */
export interface RegtestNodeOptions {
  /** A file for its blocks, which is made when it is not there; on memory alone when absent. */
  readonly blockFile?: string;
  /** Unix seconds. */
  readonly now?: () => number;
  /** Told when a call asks the node to end. */
  readonly stop?: () => void;
}

/** A node, without a network: what it knows, and the calls that it answers. */
export interface RegtestNode extends Disposable {
  readonly view: ChainView;
  readonly methods: Methods;
}

/** A node in regtest, with the chain of its file, or with nothing but the genesis block. */
export function createRegtestNode(options: RegtestNodeOptions = {}): RegtestNode {
  const { now: clock = () => Math.floor(Date.now() / 1_000), stop = () => undefined } = options;
  let mockTime: number | null = null;
  const now = () => mockTime ?? clock();
  const file = options.blockFile === undefined ? null : openBlockFile(options.blockFile);
  const { chain, mempool } = standOn(file, now);
  const methods: Methods = {
    ...chainMethods({
      view: chain.tree,
      settings: CORE_SETTINGS,
      spentIn: (known, index) => chain.undoOf(known)[index] ?? [],
      waiting: (txid) => mempool.entries.get(txid)?.transaction,
    }),
    ...coinMethods(chain, mempool),
    ...mempoolMethods(mempool, chain),
    ...miningMethods({ chain, mempool, now, nextTag: tags() }),
  };
  const began = performance.now();
  const control = {
    setTime(seconds: number | null) {
      mockTime = seconds;
    },
    upMs: () => performance.now() - began,
    stop,
  };
  return {
    view: chain.tree,
    methods: { ...methods, ...controlMethods(control, methods) },
    [Symbol.dispose]: () => file?.[Symbol.dispose](),
  };
}

/** No two nodes, and no two starts of one, have the same. */
function tags(): () => string {
  const start = randomBytes(4).toString('hex');
  let made = 0;
  return () => {
    made += 1;
    return `${start}-${made}`;
  };
}

/** A chain that writes down what happens to it, and the transactions that wait on it. */
function standOn(file: BlockFile | null, now: () => number): { readonly chain: Chain; readonly mempool: Mempool } {
  const verified = new Set(
    (file?.records ?? []).flatMap((record) => (record.kind === 'verified' ? [record.hash] : [])),
  );
  let isReplayed = false;
  let mempool: Mempool | undefined;
  const chain = createChain({
    now: () => (isReplayed ? now() : Number.MAX_SAFE_INTEGER),
    memory: scriptMemory(),
    isVerified: ({ block }) => verified.has(block.hash),
    moved: (move) => mempool?.moved(move),
    added: ({ bytes }) => isReplayed && file?.append({ kind: 'block', bytes }),
    verified({ block: { hash } }) {
      if (verified.has(hash)) return;
      verified.add(hash);
      file?.append({ kind: 'verified', hash });
    },
  });
  for (const record of file?.records ?? []) {
    if (record.kind === 'block') chain.submit(record.bytes);
    else if (record.kind === 'invalidated') chain.invalidate(record.hash);
    else if (record.kind === 'reconsidered') chain.reconsider(record.hash);
  }
  isReplayed = true;
  mempool = createMempool(chain, now);
  const recorded: Chain = {
    ...chain,
    invalidate(hash) {
      file?.append({ kind: 'invalidated', hash });
      chain.invalidate(hash);
    },
    reconsider(hash) {
      file?.append({ kind: 'reconsidered', hash });
      chain.reconsider(hash);
    },
  };
  return { chain: recorded, mempool };
}

function scriptMemory() {
  const known = new Set<string>();
  return {
    has: (wtxid: string) => known.has(wtxid),
    add(wtxid: string) {
      if (known.size >= VERIFIED_SCRIPTS_MAX) known.clear();
      known.add(wtxid);
    },
  };
}
