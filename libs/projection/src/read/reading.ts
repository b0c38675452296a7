import { type Height, height as toHeight } from '@virtualchain/bitcoin';
import { anchorHeight, type CollectionReading, type ConsensusHash, type Reading } from '@virtualchain/machine';
import { heightOfBlock, readHeaders, readNewestBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import type { History } from '../build/collection-history.ts';
import { historyFloor } from '../build/history-floor.ts';
import { readTransitions } from '../build/transitions.ts';
import { BlockNotOnBranch, HeightOutOfRange } from '../errors.ts';
import { readCollection } from './reading-collection.ts';
import { operationsUpTo, readSealed, readSealedPage } from './reading-operations.ts';

/** A build within one transaction, and where the rows of its collections are: in its tables, or behind views. */
export interface ReadBuild extends Build {
  historyOf(name: string): History;
}

/** When a state is read: at a height, when a block was the newest, or now. */
export type ReadAt = number | 'tip' | { readonly blockHash: string };

/** The state of a build at a height, or at the newest one. @throws HeightOutOfRange, BlockNotOnBranch */
export async function readingAt(build: ReadBuild, at: ReadAt): Promise<Reading> {
  const { machine } = build;
  const anchor = anchorHeight(machine);
  const tip = (await readNewestBlock(build, { isFolded: true }))?.height ?? anchor;
  const height = at === 'tip' ? tip : typeof at === 'number' ? at : await heightOfBlock(build, at.blockHash, tip);
  if (height === null) throw new BlockNotOnBranch(machine.name, (at as { readonly blockHash: string }).blockHash);
  if (!Number.isSafeInteger(height) || height < anchor || height > tip)
    throw new HeightOutOfRange(machine.name, height, anchor, tip);
  const floor = height === tip ? null : await historyFloor(build);
  if (floor !== null && height < floor) throw new HeightOutOfRange(machine.name, height, floor, tip);
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
    blocks: (page) => readSealedPage(build, height, page),
    heightOfBlock: (hash) => heightOfBlock(build, hash, height),
    headers: (from, to) => readHeaders(build, from, Math.min(to, height)),
    transitionsAt: async (asked) =>
      asked > height ? [] : (await readTransitions(build, asked, asked)).map(({ serialized }) => serialized),
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
    operations: operations.newest,
    operation: operations.of,
  };
}

const CONSENSUS_HASH = /^[0-9a-f]{32}$/;
