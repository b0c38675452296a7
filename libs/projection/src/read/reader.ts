import type { Collections, Reading } from '@virtualchain/machine';
import { isMissing } from '@virtualchain/postgres';
import { sql } from 'kysely';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { Blocks } from '../build/blocks.ts';
import { LAYOUT, nameOf } from '../build/build.ts';
import { historyOf, viewedHistoryOf } from '../build/collection-history.ts';
import { historyView } from '../build/collection-table.ts';
import { type Db, inSnapshot } from '../build/database/database.ts';
import { StoredOperations } from '../build/operations.ts';
import { Records } from '../build/records.ts';
import { NoLiveBuild } from '../errors.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import { type Registry, readLiveBuild } from '../registry/registry.ts';
import { viewSchema } from '../registry/views.ts';
import { type ReadAt, readingAt } from './reading.ts';

/** Reads of one machine's live build, whichever that is by then. */
export interface Reader<Cs extends Collections = Collections> {
  /**
   * Hands over the state at a height, or at the newest one. Everything read within `ask` is of one moment; afterwards the
   * reading is over.
   *
   * @throws HeightOutOfRange, BlockNotOnBranch, NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable.
   */
  read<Answer>(at: ReadAt, ask: (reading: Reading<Cs>) => Promise<Answer>): Promise<Answer>;
}

/** The reads of a machine, over the registry's pool. Nothing is asked before somebody reads. */
export function readerOf<Cs extends Collections = Collections>(
  registry: Registry,
  instance: MachineInstance,
): Reader<Cs> {
  const { chain, machine } = instance;
  const schema = viewSchema(instance);
  return {
    read: async (at, ask) => {
      try {
        return await inSnapshot(registry.db, async (db) => {
          await lockViews(db, instance);
          await readLiveBuild(db, instance); // rules and answers would be wrong with other parameters than it was folded with
          const build = { db, schema, machine, layout: LAYOUT };
          const reading = await readingAt({ ...build, historyOf: (name) => viewedHistoryOf(build, name) }, at);
          return ask(reading as unknown as Reading<Cs>);
        });
      } catch (error) {
        if (!isMissing(error)) throw error;
        await readLiveBuild(registry.db, instance); // the views of an older layout lack some
        throw new NoLiveBuild(chain.name, machine.name);
      }
    },
  };
}

/** Before anything is read: a rebuild that takes the views away waits for us, or we for it, and see one build only. */
async function lockViews(db: Db, instance: MachineInstance): Promise<void> {
  const views = viewSchema(instance);
  const read = [...Object.keys(instance.machine.collections).map(historyView), Blocks, StoredOperations, Records];
  const names = read.map((view) => nameOf({ schema: views }, view));
  await sql`lock table ${sql.join(names)} in access share mode`.execute(db);
}

/** Reads a build that was opened, live or not. @throws HeightOutOfRange, DatabaseUnavailable */
export function readProjection<Answer>(
  { build }: PostgresProjection,
  at: number | 'tip',
  ask: (reading: Reading) => Promise<Answer>,
): Promise<Answer> {
  return inSnapshot(build.db, async (db) => {
    const inside = { ...build, db };
    return ask(await readingAt({ ...inside, historyOf: (name) => historyOf(inside, name) }, at));
  });
}
