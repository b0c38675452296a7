import type { Transaction } from '@virtualchain/bitcoin';
import { coinTransaction, dataScript, senderScript, spendingTransaction } from '@virtualchain/testing';
import type { Random } from '../random.ts';
import { type Coin, isAncestor, type MinedBlock } from './mined-block.ts';
import { NAMES, planOperation, WALLETS } from './planned-operation.ts';

/** What a new block holds beside its header. */
export interface BlockContent {
  readonly transactions: readonly Transaction[];
  /** Outputs of these transactions that later ones may spend. */
  readonly coins: readonly Coin[];
  /** Who gets the coinbase, and its script, which seldom is an operation instead. */
  readonly payee: string;
  readonly coinbaseScript: Uint8Array;
}

const COIN = 100_000_000n;
/** A transaction returns only when its funding is at most so many blocks below. */
const RETURN_BLOCKS_MAX = 25;
/** Blocks, the newest of all branches, among which one is drawn whose transactions may return. */
const RETURN_FROM_BLOCKS = 12;
const utf8 = new TextEncoder();

/** Draws the content of blocks. Nothing checks signatures or double spends here. */
export class BlockContents {
  readonly #random: Random;
  readonly #operationsPerBlock: number;
  /** Makes each transaction another one. */
  #salt = 0;

  constructor(random: Random, operationsPerBlock: number) {
    this.#random = random;
    this.#operationsPerBlock = operationsPerBlock;
  }

  draw(blocks: readonly MinedBlock[], parent: MinedBlock, withOperations: boolean): BlockContent {
    const random = this.#random;
    const transactions: Transaction[] = [];
    const coins: Coin[] = [];
    const count = withOperations ? Math.round(random.around(this.#operationsPerBlock)) : 0;
    for (let drawn = 0; drawn < count; drawn += 1) {
      const again = random.chance(0.15) ? this.#returning(blocks, parent) : null;
      if (again !== null && !transactions.some(({ txid }) => txid === again.txid)) transactions.push(again);
      else coins.push(this.#newOperation(parent, transactions));
    }
    const payee = random.pick(WALLETS);
    const coinbaseScript = random.chance(0.03)
      ? dataScript(utf8.encode(`kv+${random.pick(NAMES)}`))
      : senderScript(payee);
    return { transactions, coins, payee, coinbaseScript };
  }

  /** Adds a transaction with a new operation, and before it the one that funds it where there is none. */
  #newOperation(parent: MinedBlock, transactions: Transaction[]): Coin {
    const random = this.#random;
    const { wallet, outputs } = planOperation(random);
    const coin = this.#coinOf(wallet, parent, transactions);
    const change = { value: COIN - 1_000n - BigInt(random.between(0, 9_999)), script: senderScript(wallet) };
    this.#salt += 1;
    const transaction = spendingTransaction({ spends: [coin], outputs: [...outputs, change], locktime: this.#salt });
    transactions.push(transaction);
    return { transaction, index: outputs.length, wallet };
  }

  /** A coin of that wallet: one of the newest blocks, or a new one. */
  #coinOf(wallet: string, parent: MinedBlock, transactions: Transaction[]): Omit<Coin, 'wallet'> {
    const random = this.#random;
    let block: MinedBlock | null = parent;
    for (let steps = random.between(0, 10); block !== null && steps > 0; steps -= 1) {
      const found: Coin | undefined = block.coins.find((coin) => coin.wallet === wallet);
      if (found !== undefined && random.chance(0.7)) return found;
      block = block.parent;
    }
    this.#salt += 1;
    const transaction = coinTransaction([{ value: COIN, script: senderScript(wallet) }], `${this.#salt}`);
    transactions.push(transaction);
    return { transaction, index: 0 };
  }

  /** The same transaction once more, as a node's pool puts what left the chain into the new branch. */
  #returning(blocks: readonly MinedBlock[], parent: MinedBlock): Transaction | null {
    const random = this.#random;
    const other = blocks[random.between(Math.max(0, blocks.length - RETURN_FROM_BLOCKS), blocks.length - 1)];
    if (other === undefined || other.height === 0 || isAncestor(other, parent)) return null;
    const again = other.transactions.filter(({ isCoinbase, hasOpReturn }) => !isCoinbase && hasOpReturn);
    if (again.length === 0) return null;
    const chosen = random.pick(again);
    const funding = chosen.inputs[0]?.txid;
    for (let block: MinedBlock | null = parent; block !== null; block = block.parent) {
      if (block.transactions.some(({ txid }) => txid === chosen.txid)) return null;
      if (block.transactions.some(({ txid }) => txid === funding)) return chosen;
      if (parent.height - block.height > RETURN_BLOCKS_MAX) return null;
    }
    return null;
  }
}
