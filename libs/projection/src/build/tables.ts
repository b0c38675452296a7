import type { EntitySchema } from '@mikro-orm/postgresql';
import type { AnyStateMachine, Collections } from '@virtualchain/machine';
import { Blocks } from './blocks.ts';
import { Checkpoints } from './checkpoint.ts';
import { collectionEntity, collectionStorageSql } from './collection-table.ts';
import { feedStorage, feedView, StoredFeed } from './feed.ts';
import { operationsView, StoredOperations } from './operations.ts';
import { Records, recordsStorage } from './records.ts';
import { StoredTransitions, transitionsView } from './transitions.ts';

/** The tables that every build has. */
export const FIXED_TABLES = [Blocks, StoredOperations, Records, StoredTransitions, StoredFeed, Checkpoints] as const;

/** What the view of that name selects from its table, for those who read by SQL. */
export const READABLE_VIEWS = [
  { name: 'operations', table: StoredOperations, select: operationsView },
  { name: 'transitions', table: StoredTransitions, select: transitionsView },
  { name: 'feed', table: StoredFeed, select: feedView },
] as const;

/** Statements for what MikroORM's definitions cannot say. */
export function storageSql(machine: AnyStateMachine, schema: string): string {
  const collections = Object.keys(machine.collections).map((name) => collectionStorageSql(schema, name));
  return [recordsStorage(schema), feedStorage(schema), ...collections].map((statement) => `${statement};`).join('\n');
}

/**
 * All tables of a build of `machine`, as MikroORM entities: the fixed ones, and one for each collection. Made by the schema
 * generator, never altered.
 */
export function buildEntities(machine: AnyStateMachine): EntitySchema[] {
  const collections = Object.entries(machine.collections as Collections);
  return [...FIXED_TABLES, ...collections.map(([name, collection]) => collectionEntity(name, collection))];
}
