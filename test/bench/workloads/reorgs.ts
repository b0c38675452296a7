import { concatBytes } from '@virtualchain/bitcoin';
import {
  type BuiltBlock,
  buildBlock,
  coinTransaction,
  dataScript,
  senderScript,
  spendingTransaction,
  type TestChain,
} from '@virtualchain/testing';

export interface ForkWish {
  /** Height of the newest block that stays. */
  readonly at: number;
  /** Blocks above it. */
  readonly length: number;
  /** Claims of kv names in each of them. */
  readonly operations: number;
  /** Tells forks of one block apart. */
  readonly salt: string;
}

const utf8 = new TextEncoder();

/** The chain that leaves another after a height, with claims of names; it may begin anywhere, and holds what it was given. */
export function forkBlocks(chain: TestChain, { at, length, operations, salt }: ForkWish): TestChain {
  const blocks: BuiltBlock[] = chain.filter(({ height }) => height <= at);
  for (let made = 0; made < length; made += 1) {
    const parent = blocks.at(-1);
    if (parent === undefined) throw new RangeError(`the chain has no block at or below ${at}`);
    const transactions = Array.from({ length: operations }, (_, i) => claim(`${salt}x${parent.height}x${i}`));
    blocks.push(buildBlock({ parent, letter: salt.slice(-20), transactions: transactions.flat() }));
  }
  return blocks;
}

/** A coin, and the claim that spends it in the same block. */
function claim(salt: string): readonly Uint8Array[] {
  const coin = coinTransaction([{ value: 10_000n, script: senderScript('reorgs') }], salt);
  const name = salt.replaceAll(/[^a-z0-9]/g, '').slice(-16);
  const data = dataScript(concatBytes(utf8.encode('kv+'), utf8.encode(name)));
  const spending = spendingTransaction({ spends: [{ transaction: coin }], outputs: [{ value: 0n, script: data }] });
  return [coin.bytes, spending.bytes];
}
