import { type BlockHash, bytesToHex } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { NodeRpc } from '@virtualchain/node-client';
import { buildBlock } from './building/block-builder.ts';
import type { BuiltBlock } from './building/built-block.ts';
import { REGTEST_GENESIS } from './building/regtest.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { createWallet, type Wallet } from './wallet.ts';

/** The node did not take a block of ours. */
export class BlockRefused extends ExpectedError {
  override readonly name = 'BlockRefused';
  readonly code = 'BLOCK_REFUSED';
  readonly remedy = 'halt';
}

/** Where a block is mined, and when. */
export interface MineOptions {
  /** Built on this block, of whatever branch; on the miner's tip when absent. */
  readonly parent?: BlockHash;
  /** Unix seconds. */
  readonly time?: number;
  readonly coinbaseScript?: Uint8Array;
}

/** What can be mined: raw bytes, or what a wallet signed. */
export type Minable = Uint8Array | { readonly bytes: Uint8Array };

/** A branch that is mined on by itself, whatever the miner's tip is. */
export interface ForkBuilder {
  readonly tip: BuiltBlock;
  mine(transactions?: readonly Minable[], options?: Omit<MineOptions, 'parent'>): Promise<BuiltBlock>;
  mineMany(count: number): Promise<readonly BuiltBlock[]>;
}

/**
 * Mines on a node in regtest, with its own blocks: chosen transactions in a chosen order, on any parent. Keeps every
 * block: btcd forgets its chain at every start, and a bitcoind that was killed loses what it had not written.
 */
export interface Miner {
  /** The branch with the most blocks; of equal ones the first. */
  readonly tip: BuiltBlock;
  /** Every block ever mined here, in order, the genesis block first. */
  readonly blocks: readonly BuiltBlock[];
  readonly ledger: Ledger;
  /** The miner's own wallet, which has the coinbases. */
  readonly wallet: Wallet;
  mine(transactions?: readonly Minable[], options?: MineOptions): Promise<BuiltBlock>;
  mineMany(count: number, options?: Pick<MineOptions, 'parent'>): Promise<readonly BuiltBlock[]>;
  /** Mines empty blocks until the tip has at least this height. */
  mineTo(height: number): Promise<BuiltBlock>;
  forkAt(parent: BlockHash): ForkBuilder;
  block(hash: BlockHash): BuiltBlock;
  /** From the genesis block to `tip`; the index is the height. */
  branch(tip?: BlockHash): readonly BuiltBlock[];
  walletOf(seed: string): Wallet;
  /** Submits every block again, in order: to a node that restarted empty, or to another one (`rpc`). */
  resubmitAll(rpc?: NodeRpc): Promise<void>;
}

/** The node that blocks are submitted to, and whose wallet the subsidies go to. */
export interface MinerOptions {
  readonly rpc: NodeRpc;
  /** Of the miner's wallet. */
  readonly seed?: string;
  /** Unix seconds now: blocks are never more than this and two hours. */
  readonly now?: () => number;
  /** The node's best chain without the genesis block, as `readNodeChain` gives it, where others mined before. */
  readonly chain?: readonly BuiltBlock[];
  /** Part of every coinbase: keeps blocks of this miner apart from those that another one mines on the same parent. */
  readonly mark?: string;
}

/**
 * How long ago a block claims to be mined at most, so that thousands of blocks one second apart stay in the past. Nodes take
 * themselves for catching up where their tip is older than a day, and btcd then leaves transactions of blocks in its pool.
 */
const oldestSeconds = 12 * 3600;

/** A miner for a node that has nothing but the genesis block, or whose blocks this miner made or was given. */
export function createMiner(miner: MinerOptions): Miner {
  const { rpc, seed = 'miner', now = () => Math.floor(Date.now() / 1000), chain = [], mark = '' } = miner;
  const mined = createMinedBlocks();
  for (const block of chain) mined.add(block);
  const walletOf = (name: string) => createWallet(name, mined.ledger, () => mined.tip.hash);
  const wallet = walletOf(seed);

  async function mine(transactions: readonly Minable[] = [], options: MineOptions = {}): Promise<BuiltBlock> {
    const parent = options.parent === undefined ? mined.tip : mined.block(options.parent);
    const built = buildBlock({
      parent,
      letter: `${mined.nextLetter(parent.hash)}${mark}`,
      transactions: transactions.map((each) => (each instanceof Uint8Array ? each : each.bytes)),
      coinbaseScript: options.coinbaseScript ?? wallet.script,
      time: options.time ?? Math.max(parent.time + 1, now() - oldestSeconds),
    });
    await submit(rpc, built);
    mined.add(built);
    return built;
  }

  async function mineMany(count: number, { parent }: Pick<MineOptions, 'parent'> = {}): Promise<readonly BuiltBlock[]> {
    const added: BuiltBlock[] = [];
    while (added.length < count) added.push(await mine([], { parent: added.at(-1)?.hash ?? parent ?? mined.tip.hash }));
    return added;
  }

  return {
    get tip() {
      return mined.tip;
    },
    blocks: mined.blocks,
    ledger: mined.ledger,
    wallet,
    walletOf,
    mine,
    mineMany,
    async mineTo(height) {
      await mineMany(Math.max(0, height - mined.tip.height));
      return mined.tip;
    },
    forkAt: (parent) => forkBuilder(mined.block(parent), { mine, mineMany }),
    block: mined.block,
    branch: mined.branch,
    async resubmitAll(other = rpc) {
      for (const each of mined.blocks.slice(1)) await submit(other, each);
    },
  };
}

/** What a miner has mined, on all branches. */
interface MinedBlocks extends Pick<Miner, 'tip' | 'blocks' | 'ledger' | 'block' | 'branch'> {
  add(block: BuiltBlock): void;
  /** The first child of a block is its `a`, the second its `b`; after `z` comes `z1`. */
  nextLetter(parent: BlockHash): string;
}

function createMinedBlocks(): MinedBlocks {
  const blocks: BuiltBlock[] = [];
  const byHash = new Map<BlockHash, BuiltBlock>();
  const children = new Map<BlockHash, number>();
  const ledger = createLedger();
  let tip = REGTEST_GENESIS;
  const add = (block: BuiltBlock): void => {
    blocks.push(block);
    byHash.set(block.hash, block);
    ledger.add(block);
    if (block.height > tip.height) tip = block;
  };
  add(REGTEST_GENESIS);
  return {
    get tip() {
      return tip;
    },
    blocks,
    ledger,
    add,
    nextLetter(parent) {
      const count = children.get(parent) ?? 0;
      children.set(parent, count + 1);
      return count < 26 ? String.fromCharCode(97 + count) : `z${count - 25}`;
    },
    block(hash) {
      const known = byHash.get(hash);
      if (known === undefined) throw new RangeError(`not a block of this miner: ${hash}`);
      return known;
    },
    branch(from = tip.hash) {
      const newestFirst: BuiltBlock[] = [];
      for (let each = byHash.get(from); each !== undefined; each = byHash.get(each.previousHash))
        newestFirst.push(each);
      return newestFirst.reverse();
    },
  };
}

function forkBuilder(parent: BuiltBlock, { mine, mineMany }: Pick<Miner, 'mine' | 'mineMany'>): ForkBuilder {
  let tip = parent;
  return {
    get tip() {
      return tip;
    },
    async mine(transactions, options) {
      tip = await mine(transactions, { ...options, parent: tip.hash });
      return tip;
    },
    async mineMany(count) {
      const mined = await mineMany(count, { parent: tip.hash });
      tip = mined.at(-1) ?? tip;
      return mined;
    },
  };
}

/** What a node says of a block that it has already, or keeps beside its best chain; `duplicate-invalid` is a refusal. */
const TAKEN = /^(duplicate(-inconclusive)?|inconclusive(-not-best-prevblk)?|rejected: already have block.*)$/;

/** Null is that it was taken; btcd says null of side branches and orphans too. */
async function submit(rpc: NodeRpc, { name, height, hash, bytes }: BuiltBlock): Promise<void> {
  const answer = await rpc.call('submitblock', bytesToHex(bytes));
  const isTaken = answer === null || TAKEN.test(String(answer));
  if (!isTaken) throw new BlockRefused(`block ${shortName(name)} at ${height} (${hash}): ${String(answer)}`);
}

function shortName(name: string): string {
  return name.length <= 24 ? name : `…${name.slice(-24)}`;
}
