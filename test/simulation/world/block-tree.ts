import { type BlockHash, type Height, parseBlock, type Transaction, workFromBits } from '@virtualchain/bitcoin';
import {
  type BuiltBlock,
  buildBlock,
  coinTransaction,
  dataScript,
  type PlannedOutput,
  REGTEST_GENESIS,
  regtestBits,
  senderScript,
  spendingTransaction,
} from '@virtualchain/testing';
import type { Random } from '../random.ts';

/** A block of the made-up world, on whatever branch, with what the checker wants to know of it. */
export interface MinedBlock {
  readonly built: BuiltBlock;
  readonly hash: BlockHash;
  readonly height: Height;
  readonly parent: MinedBlock | null;
  /** Cumulative, from the genesis block. */
  readonly work: bigint;
  /** Virtual time at which it was made. */
  readonly minedAt: number;
  readonly transactions: readonly Transaction[];
  readonly coins: readonly Coin[];
}

interface Coin {
  readonly transaction: Transaction;
  readonly index: number;
  readonly wallet: string;
}

/** Every block ever mined, and the miner that mines them. Nothing checks signatures or double spends here. */
export interface BlockTree {
  readonly genesis: MinedBlock;
  /** In the order of mining. */
  readonly blocks: readonly MinedBlock[];
  mine(parent: MinedBlock, minedAt: number, plan?: { readonly without?: 'operations' }): MinedBlock;
  known(hash: string): MinedBlock | undefined;
  isAncestor(ancestor: MinedBlock, of: MinedBlock): boolean;
}

const WALLETS = ['alice', 'bob', 'carol', 'dave'];
const NAMES = ['a', 'bob', 'c3', 'satoshi', 'n0', 'n1', 'n2', 'zz', 'abcdefghijklmnop', '7', 'kv', 'q'];
const COIN = 100_000_000n;
const utf8 = new TextEncoder();

export function createBlockTree(random: Random, operationsPerBlock: number): BlockTree {
  const genesis: MinedBlock = {
    built: REGTEST_GENESIS,
    hash: REGTEST_GENESIS.hash,
    height: 0 as Height,
    parent: null,
    work: 0n,
    minedAt: 0,
    transactions: parseBlock(REGTEST_GENESIS.bytes).transactions,
    coins: [],
  };
  const blocks: MinedBlock[] = [genesis];
  const byHash = new Map<string, MinedBlock>([[genesis.hash, genesis]]);
  let salt = 0;

  function coinOf(
    wallet: string,
    parent: MinedBlock,
    here: Transaction[],
  ): { transaction: Transaction; index: number } {
    let block: MinedBlock | null = parent;
    for (let steps = random.between(0, 10); block !== null && steps > 0; steps -= 1) {
      const found: Coin | undefined = block.coins.find((coin) => coin.wallet === wallet);
      if (found !== undefined && random.chance(0.7)) return found;
      block = block.parent;
    }
    salt += 1;
    const made = coinTransaction([{ value: COIN, script: senderScript(wallet) }], `${salt}`);
    here.push(made);
    return { transaction: made, index: 0 };
  }

  /** The same transaction once more, as a node's pool puts what left the chain into the new branch. */
  function returning(parent: MinedBlock): Transaction | null {
    const other = blocks[random.between(Math.max(0, blocks.length - 12), blocks.length - 1)];
    if (other === undefined || other.height === 0 || isAncestor(other, parent)) return null;
    const again = other.transactions.filter(({ isCoinbase, hasOpReturn }) => !isCoinbase && hasOpReturn);
    if (again.length === 0) return null;
    const chosen = random.pick(again);
    const funding = chosen.inputs[0]?.txid;
    for (let block: MinedBlock | null = parent; block !== null; block = block.parent) {
      if (block.transactions.some(({ txid }) => txid === chosen.txid)) return null;
      if (block.transactions.some(({ txid }) => txid === funding)) return chosen;
      if (parent.height - block.height > 25) return null;
    }
    return null;
  }

  function mine(parent: MinedBlock, minedAt: number, plan: { readonly without?: 'operations' } = {}): MinedBlock {
    const transactions: Transaction[] = [];
    const coins: Coin[] = [];
    const count = plan.without === 'operations' ? 0 : Math.round(random.around(operationsPerBlock));
    for (let made = 0; made < count; made += 1) {
      const again = random.chance(0.15) ? returning(parent) : null;
      if (again !== null && !transactions.some(({ txid }) => txid === again.txid)) {
        transactions.push(again);
        continue;
      }
      const { wallet, outputs } = planOperation(random);
      const coin = coinOf(wallet, parent, transactions);
      const change = { value: COIN - 1_000n - BigInt(random.between(0, 9_999)), script: senderScript(wallet) };
      salt += 1;
      const transaction = spendingTransaction({ spends: [coin], outputs: [...outputs, change], locktime: salt });
      transactions.push(transaction);
      coins.push({ transaction, index: outputs.length, wallet });
    }
    const payee = random.pick(WALLETS);
    const coinbaseScript = random.chance(0.03)
      ? dataScript(utf8.encode(`kv+${random.pick(NAMES)}`))
      : senderScript(payee);
    const built = buildBlock({
      parent: { ...parent.built, name: '' },
      transactions: transactions.map(({ bytes }) => bytes),
      letter: `${blocks.length}`,
      coinbaseScript,
      time: parent.built.time + random.between(1, 600),
    });
    const [coinbase] = parseBlock(built.bytes).transactions;
    if (coinbase === undefined) throw new Error('a block without a coinbase');
    if (!coinbase.hasOpReturn) coins.push({ transaction: coinbase, index: 0, wallet: payee });
    const work = parent.work + workFromBits(regtestBits);
    const { hash, height } = built;
    const all = [coinbase, ...transactions];
    const block: MinedBlock = { built, hash, height, parent, work, minedAt, transactions: all, coins };
    blocks.push(block);
    byHash.set(hash, block);
    return block;
  }

  function isAncestor(ancestor: MinedBlock, of: MinedBlock): boolean {
    let block: MinedBlock | null = of;
    while (block !== null && block.height > ancestor.height) block = block.parent;
    return block === ancestor;
  }

  return { genesis, blocks, mine, known: (hash) => byHash.get(hash), isAncestor };
}

/** From the genesis block to that one. */
export function branchTo(block: MinedBlock): readonly MinedBlock[] {
  const branch: MinedBlock[] = [];
  for (let at: MinedBlock | null = block; at !== null; at = at.parent) branch.push(at);
  return branch.reverse();
}

/** The block so many steps below, or the genesis block. */
export function ancestorOf(block: MinedBlock, steps: number): MinedBlock {
  let ancestor = block;
  for (let step = 0; step < steps && ancestor.parent !== null; step += 1) ancestor = ancestor.parent;
  return ancestor;
}

/** Transactions that carry data, of all these blocks. */
export const operationsIn = (blocks: readonly MinedBlock[]): number =>
  blocks.reduce((sum, { transactions }) => sum + transactions.filter(({ hasOpReturn }) => hasOpReturn).length, 0);

/** One transaction's outputs: mostly an operation that may be valid, sometimes one that is not, sometimes bytes of spite. */
function planOperation(random: Random): { readonly wallet: string; readonly outputs: readonly PlannedOutput[] } {
  const name = random.pick(NAMES);
  const usual = WALLETS[NAMES.indexOf(name) % WALLETS.length] ?? 'alice';
  const wallet = random.chance(0.75) ? usual : random.pick(WALLETS);
  const payload = (): Uint8Array => {
    switch (random.between(0, 9)) {
      case 0:
      case 1:
      case 2:
        return utf8.encode(`+${name}`);
      case 3:
      case 4:
      case 5:
        return utf8.encode(`=${name}:${random.between(0, 99)}`);
      case 6: {
        const recipient = senderScript(random.pick(WALLETS)).subarray(3, 23);
        return Uint8Array.from([...utf8.encode(`>${name}:`), ...recipient]);
      }
      case 7:
        return utf8.encode(`-${name}`);
      case 8:
        return random.chance(0.3) ? utf8.encode(`!${name}`) : utf8.encode(`=${name}:`);
      default:
        return Uint8Array.from({ length: random.between(0, 120) }, () => random.between(0, 255));
    }
  };
  const script = random.chance(0.12) ? hostileScript(random, payload()) : dataScript(withMagic(payload()));
  const outputs: PlannedOutput[] = [{ value: 0n, script }];
  if (random.chance(0.05)) outputs.push({ value: 0n, script: dataScript(withMagic(payload())) });
  if (random.chance(0.05)) outputs.unshift({ value: 5_000n, script: senderScript(random.pick(WALLETS)) });
  return { wallet, outputs };
}

const MAGIC = [0x6b, 0x76];
const withMagic = (payload: Uint8Array): Uint8Array => Uint8Array.from([...MAGIC, ...payload]);

function hostileScript(random: Random, payload: Uint8Array): Uint8Array {
  const data = [...MAGIC, ...payload];
  const low = data.length & 255;
  return Uint8Array.from(
    random.pick([
      [0x6a],
      [0x6a, 0x00],
      [0x6a, 0x4f],
      [0x6a, 0x51],
      [0x6a, 2, ...MAGIC],
      [0x6a, 0x4c, low, ...data],
      [0x6a, 0x4d, low, 0, ...data],
      [0x6a, 0x4e, low, 0, 0, 0, ...data],
      [0x6a, 0x4c, 255, ...data],
      [0x6a, 0x4d, 255, 255, ...data],
      [0x6a, 0x4e, 255, 255, 255, 255, ...data],
      [0x6a, 0x4c],
      [0x6a, 0x4d, 1],
      [0x6a, 3, ...MAGIC, 0x2b, 1, 0x61],
      [0x6a, 5, ...MAGIC, 0x2b, 0x00, 0x41],
      [0x6a, 6, ...MAGIC, 0x2b, 0xc0, 0x80, 0xff],
      [0x6a, 6, ...MAGIC, 0x2b, 0xed, 0xa0, 0x80],
    ]),
  );
}
