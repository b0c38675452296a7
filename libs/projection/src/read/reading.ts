import { type Height, height as toHeight } from '@virtualchain/bitcoin';
import {
  anchorHeight,
  type Collection,
  type CollectionReading,
  type Collections,
  type ConsensusHash,
  type Reading,
} from '@virtualchain/machine';
import { sql } from 'kysely';
import { closeOrm, type Db, inSnapshot, openOrm } from '../build/database.ts';
import { HeightOutOfRange, isMissing, NotFound } from '../errors.ts';
import { buildsOf, checkInstance, liveAmong, type MachineInstance } from '../registry/builds.ts';
import { viewSchema } from '../registry/views.ts';
import { snapshotSource } from '../snapshot/snapshot-source.ts';
import { readCollection } from './reading-collection.ts';
import { readBlock, readOperations } from './reading-operations.ts';

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
        return await inSnapshot(orm, async (db) => ask((await readingAt(db, instance, at)) as unknown as Reading<Cs>));
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
  const tip = (await newestSealed(db, views)) ?? anchor;
  const height = at === 'tip' ? tip : at;
  if (!Number.isSafeInteger(height) || height < anchor || height > tip)
    throw new HeightOutOfRange(machine.name, height, anchor, tip);
  return makeReading(db, instance, views, toHeight(height), tip);
}

function makeReading(db: Db, { machine }: MachineInstance, views: string, height: Height, tip: Height): Reading {
  const operations = readOperations(db, views, height);
  const snapshots = snapshotSource(() => db, views);
  const initial: ReadonlyMap<Height, ConsensusHash> = machine.initialSnapshots;
  const place = { db, views, height, isTip: height === tip, operations };
  const state: Record<string, CollectionReading> = {};
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>))
    state[name] = readCollection({ ...place, name }, collection);
  return {
    height,
    tip,
    state,
    block: async (asked) => (asked > height ? null : readBlock(db, views, asked)),
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

async function newestSealed(db: Db, views: string): Promise<Height | null> {
  const { rows } = await sql<{ height: number }>`select height from ${sql.table(`${views}.blocks`)}
    where consensus_hash is not null order by height desc limit 1`.execute(db);
  return rows[0] === undefined ? null : toHeight(rows[0].height);
}
