import { buildBlock } from './block-builder.ts';
import type { BuiltBlock } from './built-block.ts';
import { REGTEST_GENESIS } from './regtest.ts';

/** Blocks from the genesis block up, each the parent of the next; the index is the height. */
export type TestChain = readonly BuiltBlock[];

/** A chain to build, from the genesis block of regtest on. */
export interface ChainPlan {
  /** Height of the last block. */
  readonly to: number;
  /** Raw transactions of the block at a height. */
  readonly transactions?: (height: number) => readonly Uint8Array[];
  readonly letter?: string;
  /** Where the subsidies go; to anyone when absent. */
  readonly coinbaseScript?: Uint8Array;
}

/** A chain in memory, valid on regtest: `0`, `0a`, `0aa` … up to height `to`. */
export function buildChain(plan: ChainPlan): TestChain {
  return extendChain([REGTEST_GENESIS], { ...plan, length: plan.to });
}

/** A branch to build beside a chain. */
export interface ForkPlan extends Omit<ChainPlan, 'to'> {
  /** Height of the newest block that both have. */
  readonly at: number;
  /** Blocks above it. */
  readonly length: number;
}

/** The chain that leaves `main` after height `at`, from the genesis block on: its own blocks are `…b`, `…bb`. */
export function forkAt(main: TestChain, { at, letter = 'b', ...plan }: ForkPlan): TestChain {
  if (main[at] === undefined) throw new RangeError(`the chain ends at ${main.length - 1}, below ${at}`);
  return extendChain(main.slice(0, at + 1), { ...plan, letter });
}

/** The same chain with `length` blocks more. */
export function extendChain(chain: TestChain, plan: Omit<ForkPlan, 'at'>): TestChain {
  const blocks = [...chain];
  const { length, transactions, letter = 'a', coinbaseScript } = plan;
  const payTo = coinbaseScript === undefined ? {} : { coinbaseScript };
  for (let made = 0; made < length; made += 1) {
    const parent = blocks.at(-1) ?? REGTEST_GENESIS;
    blocks.push(buildBlock({ parent, letter, transactions: transactions?.(parent.height + 1) ?? [], ...payTo }));
  }
  return blocks;
}
