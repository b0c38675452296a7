import { type Height, height as toHeight } from '@virtualchain/bitcoin';
import { anchorHeight, type CollectionReading, type ConsensusHash, type Reading } from '@virtualchain/machine';
import { readNewestBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import type { History } from '../build/collection-history.ts';
import { HeightOutOfRange } from '../errors.ts';
import { readCollection } from './reading-collection.ts';
import { operationsUpTo, readSealed } from './reading-operations.ts';

/** A build within one transaction, and where the rows of its collections are: in its tables, or behind views. */
export interface ReadBuild extends Build {
  historyOf(name: string): History;
}

/** The state of a build at a height, or at the newest one. @throws HeightOutOfRange */
export async function readingAt(build: ReadBuild, at: number | 'tip'): Promise<Reading> {
  const { machine } = build;
  const anchor = anchorHeight(machine);
  const tip = (await readNewestBlock(build, { isFolded: true }))?.height ?? anchor;
  const height = at === 'tip' ? tip : at;
  if (!Number.isSafeInteger(height) || height < anchor || height > tip)
    throw new HeightOutOfRange(machine.name, height, anchor, tip);
  return makeReading(build, toHeight(height), tip);
}

function makeReading(build: ReadBuild, height: Height, tip: Height): Reading {
  const { machine } = build;
  const operations = operationsUpTo(build, height);
  const snapshots = storedSnapshots(build);
  const initial: ReadonlyMap<Height, ConsensusHash> = machine.initialSnapshots;
  const place = { height, isTip: height === tip, operations };
  const state: Record<string, CollectionReading> = {};
  for (const name of Object.keys(machine.collections)) state[name] = readCollection(build.historyOf(name), place);
  return {
    height,
    tip,
    state,
    block: async (asked) => (asked > height ? null : readSealed(build, asked)),
    consensusHashes: async (heights) => {
      const seen = heights.filter((asked) => asked <= height);
      return new Map([...[...initial].filter(([asked]) => seen.includes(asked)), ...(await snapshots.at(seen))]);
    },
    heightOf: async (consensusHash) => {
      if (!CONSENSUS_HASH.test(consensusHash)) return null;
      const found = await snapshots.heightOf(consensusHash);
      if (found !== null) return found > height ? null : found;
      const known = [...initial].filter(([, hash]) => hash === consensusHash).map(([of]) => of);
      return known.length === 0 ? null : toHeight(Math.max(...known));
    },
    operationsAt: operations.at,
    operation: operations.of,
  };
}

const CONSENSUS_HASH = /^[0-9a-f]{32}$/;
