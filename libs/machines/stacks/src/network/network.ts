import { hexToBytes, type NetworkName } from '@virtualchain/bitcoin';
import type { EpochStart } from './epochs.ts';

/** A network of Stacks: everything of it that the rules depend on, as data (spec §1). */
export interface StacksNetwork {
  /** Which Bitcoin it is on: whose addresses are shown. Stacks addresses are mainnet's or the others' by it. */
  readonly bitcoin: NetworkName;
  readonly magic: Uint8Array;
  /** The sentinel: no operations in it. The first block that is processed is the next. */
  readonly firstBlock: number;
  readonly firstBlockHash: string | null;
  readonly cycleBlocks: number;
  readonly prepareBlocks: number;
  /** Sorted by height. */
  readonly epochs: readonly EpochStart[];
  /** Between these heights, in epochs 2.0 and 2.05, commits had to burn more and more beside what they paid. */
  readonly sunset: { readonly start: number; readonly end: number };
  /** From here on commits have one output (PoX-5); null for never. */
  readonly waterfall: number | null;
}

const starts = (heights: Readonly<Record<string, number>>): readonly EpochStart[] =>
  Object.entries(heights).map(([epoch, from]) => ({ epoch, from }) as EpochStart);

/** The same distances on every network; those of mainnet are known, the others are inferred from its constants. */
export const sunsetFrom = (firstBlock: number) => ({ start: firstBlock + 100_000, end: firstBlock + 500_000 });

/** What a network is called with alone, where it needs no more. Heights of the epochs of the last two come from a configuration. */
export const NETWORKS = {
  mainnet: {
    bitcoin: 'mainnet',
    magic: hexToBytes('5832'),
    firstBlock: 666_050,
    firstBlockHash: '0000000000000000000ab248c8e35c574514d052a83dbc12669e19bc43df486e',
    cycleBlocks: 2100,
    prepareBlocks: 100,
    epochs: starts({
      ...{ '2.0': 666_050, '2.05': 713_000, '2.1': 781_551, '2.2': 787_651, '2.3': 788_240, '2.4': 791_551 },
      ...{ '2.5': 840_360, '3.0': 867_867, '3.1': 875_000, '3.2': 907_740, '3.3': 923_222, '3.4': 943_333 },
      '4.0': 960_230,
    }),
    waterfall: 962_150,
  },
  xenon: {
    bitcoin: 'testnet3',
    magic: hexToBytes('5432'),
    firstBlock: 2_000_000,
    firstBlockHash: null,
    cycleBlocks: 1050,
    prepareBlocks: 50,
    epochs: starts({
      ...{ '2.0': 2_000_000, '2.05': 2_104_380, '2.1': 2_422_101, '2.2': 2_431_300, '2.3': 2_431_633 },
      ...{ '2.4': 2_432_545, '2.5': 2_583_893 },
    }),
    waterfall: null,
  },
  krypton: {
    bitcoin: 'regtest',
    magic: hexToBytes('6964'),
    firstBlock: 0,
    firstBlockHash: null,
    cycleBlocks: 900,
    prepareBlocks: 100,
    epochs: [],
    waterfall: null,
  },
  devnet: {
    bitcoin: 'regtest',
    magic: hexToBytes('5433'),
    firstBlock: 0,
    firstBlockHash: null,
    cycleBlocks: 20,
    prepareBlocks: 5,
    epochs: [],
    waterfall: null,
  },
} as const satisfies Readonly<Record<string, Omit<StacksNetwork, 'sunset'>>>;
