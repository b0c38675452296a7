import { allRows, type Collections, type Row } from '@virtualchain/machine';
import {
  type MachineInstance,
  type MachineStatus,
  openRegistry,
  type PostgresProjection,
  type Reader,
  type RebuildOptions,
  type RegisteredBuild,
  readerOf,
  readProjection,
  readStatuses,
  rebuild,
  type Switched,
} from '@virtualchain/projection';

/** The rows of a collection of a build, live or not: now, or at a past height. */
export function rowsOf(
  projection: PostgresProjection,
  name: string,
  at: number | 'tip' = 'tip',
): Promise<readonly Row[]> {
  return readProjection(projection, at, (reading) => allRows(reading, name));
}

/** The reads of a machine over a pool of its own. */
export async function openReader<Cs extends Collections = Collections>(
  postgresUrl: string,
  instance: MachineInstance,
): Promise<Reader<Cs> & AsyncDisposable> {
  const registry = await openRegistry(postgresUrl);
  return {
    ...readerOf<Cs>(registry, instance),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}

/** How the machines of a database stand, asked once. */
export async function statusesOf(postgresUrl: string): Promise<readonly MachineStatus[]> {
  await using registry = await openRegistry(postgresUrl);
  return await readStatuses(registry);
}

/** The builds of a database, asked once. */
export async function buildsOf(postgresUrl: string): Promise<readonly RegisteredBuild[]> {
  await using registry = await openRegistry(postgresUrl);
  return await registry.builds();
}

/** A rebuild with a registry of its own. */
export async function rebuildOn(postgresUrl: string, options: Omit<RebuildOptions, 'registry'>): Promise<Switched> {
  await using registry = await openRegistry(postgresUrl);
  return await rebuild({ ...options, registry });
}
