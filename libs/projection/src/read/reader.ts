import type { Collections, Reading } from '@virtualchain/machine';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { Blocks } from '../build/blocks.ts';
import { historyOf, viewedHistoryOf } from '../build/collection-history.ts';
import { historyView } from '../build/collection-table.ts';
import { inSnapshot } from '../build/database/database.ts';
import { StoredOperations } from '../build/operations.ts';
import { StoredParties } from '../build/parties.ts';
import { Records } from '../build/records.ts';
import { StoredTransitions } from '../build/transitions.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import { inLiveBuild } from './live-build.ts';
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
  const views = [
    ...Object.keys(instance.machine.collections).map(historyView),
    Blocks,
    StoredOperations,
    StoredParties,
    StoredTransitions,
    Records,
  ];
  return {
    read: (at, ask) =>
      inLiveBuild(registry, instance, views, async (build) => {
        const reading = await readingAt({ ...build, historyOf: (name) => viewedHistoryOf(build, name) }, at);
        return ask(reading as unknown as Reading<Cs>);
      }),
  };
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
