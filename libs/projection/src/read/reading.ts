import { type Height, height as toHeight } from '@virtualchain/bitcoin';
import {
  anchorHeight,
  type CollectionReading,
  type Collections,
  type ConsensusHash,
  type Reading,
} from '@virtualchain/machine';
import { sql } from 'kysely';
import { readNewestBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { viewedHistoryOf } from '../build/collection-history.ts';
import { closeOrm, type Db, dbOf, inSnapshot, openOrm } from '../build/database.ts';
import { HeightOutOfRange, isMissing, NotFound } from '../errors.ts';
import { buildsOf, checkInstance, liveAmong, type MachineInstance } from '../registry/builds.ts';
import { viewSchema } from '../registry/views.ts';
import { readCollection } from './reading-collection.ts';
import { readOperations, readSealed } from './reading-operations.ts';

/** Reads of one machine's live build, whichever that is. */
export interface Reader<Cs extends Collections = Collections> extends AsyncDisposable {
  /**
   * Hands over the state at a height, or at the newest one. Everything read within `ask` is of one moment; afterwards the
   * reading is over.
   *
   * @throws HeightOutOfRange, VersionDiffers, ParametersDiffer, NotFound when there is no live build, DatabaseUnavailable.
   */
  read<Answer>(at: number | 'tip', ask: (reading: Reading<Cs>) => Promise<Answer>): Promise<Answer>;
}

/** Opens the reads of a machine. Connects when it is asked: Postgres may be away. */
export async function openReader<Cs extends Collections = Collections>(
  postgresUrl: string,
  instance: MachineInstance,
): Promise<Reader<Cs>> {
  const orm = await openOrm(postgresUrl, viewSchema(instance), []);
  return {
    read: async (at, ask) => {
      try {
        return await inSnapshot(dbOf(orm), async (db) =>
          ask((await readingAt(db, instance, at)) as unknown as Reading<Cs>),
        );
      } catch (error) {
        throw isMissing(error) ? new NotFound(withoutBuild(instance)) : error;
      }
    },
    [Symbol.asyncDispose]: () => closeOrm(orm),
  };
}

const withoutBuild = ({ machine, chain }: MachineInstance): string =>
  `machine ${machine.name} of chain ${chain.name} has no live build in this database; start its projector`;

async function readingAt(db: Db, instance: MachineInstance, at: number | 'tip'): Promise<Reading> {
  const { machine } = instance;
  const views = viewSchema(instance);
  const collections = Object.entries(machine.collections as Collections);
  // Before anything is read: a rebuild that takes the views away waits for us, or we for it, and see one build only.
  const read = [...collections.map(([name]) => `${name}_history`), 'blocks', 'operations'];
  await sql`lock table ${sql.join(read.map((view) => sql.table(`${views}.${view}`)))} in access share mode`.execute(db);
  await checkLive(db, instance);
  const anchor = anchorHeight(machine);
  const build = { db, schema: views, machine };
  const tip = (await readNewestBlock(build, { isFolded: true }))?.height ?? anchor;
  const height = at === 'tip' ? tip : at;
  if (!Number.isSafeInteger(height) || height < anchor || height > tip)
    throw new HeightOutOfRange(machine.name, height, anchor, tip);
  return makeReading(build, toHeight(height), tip);
}

function makeReading(build: Build, height: Height, tip: Height): Reading {
  const { machine } = build;
  const operations = readOperations(build, height);
  const snapshots = storedSnapshots(build);
  const initial: ReadonlyMap<Height, ConsensusHash> = machine.initialSnapshots;
  const place = { height, isTip: height === tip, operations };
  const state: Record<string, CollectionReading> = {};
  for (const name of Object.keys(machine.collections))
    state[name] = readCollection(viewedHistoryOf(build, name), place);
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

/** Rules and height-dependent answers would be wrong with other parameters than the build was folded with. */
async function checkLive(db: Db, instance: MachineInstance): Promise<void> {
  const live = liveAmong(await buildsOf(db), instance.chain.name, instance.machine.name);
  if (live === null) throw new NotFound(withoutBuild(instance));
  checkInstance(live, instance);
}
