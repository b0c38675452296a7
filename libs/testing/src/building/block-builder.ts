import { type Height, makeBlock, parseTransaction } from '@virtualchain/bitcoin';
import type { BuiltBlock } from './built-block.ts';
import { regtestBits } from './regtest.ts';

/** A block to build. */
export interface BlockPlan {
  readonly parent: BuiltBlock;
  /** Raw, in this order, after the coinbase. */
  readonly transactions?: readonly Uint8Array[];
  /** Tells siblings apart, in their names and in their coinbases. */
  readonly letter?: string;
  /** Where the subsidy goes; to anyone when absent. */
  readonly coinbaseScript?: Uint8Array;
  /** Unix seconds; the parent's and one when absent. */
  readonly time?: number;
  readonly bits?: number;
}

const ANYONE = Uint8Array.of(0x51);

/**
 * Builds a valid block for regtest: height in the coinbase (BIP34), witness commitment where a transaction has witnesses,
 * proof of work. The same plan gives the same block.
 */
export function buildBlock({ parent, transactions = [], letter = 'a', ...plan }: BlockPlan): BuiltBlock {
  const { coinbaseScript = ANYONE, time = parent.time + 1, bits = regtestBits } = plan;
  const height = (parent.height + 1) as Height;
  const { hash, bytes } = makeBlock({
    height,
    previousHash: parent.hash,
    time,
    bits,
    transactions: transactions.map(parseTransaction),
    payTo: coinbaseScript,
    tag: letter,
  });
  return { name: `${parent.name}${letter}`, height, hash, previousHash: parent.hash, time, bytes };
}
