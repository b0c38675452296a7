import type { EntitySchema } from '@mikro-orm/postgresql';
import type { AnyStateMachine, Collections } from '@virtualchain/machine';
import { Blocks } from './blocks.ts';
import { Checkpoints } from './checkpoint.ts';
import { collectionEntity } from './collection-table.ts';
import { Feed } from './feed.ts';
import { Operations } from './operations.ts';
import { Transitions } from './transitions.ts';

/** The tables that every build has. */
export const FIXED_TABLES = [Blocks, Operations, Transitions, Feed, Checkpoints] as const;

/**
 * All tables of a build of `machine`, as MikroORM entities: the fixed ones, and one for each collection. Made by the schema
 * generator, never altered.
 */
export function buildEntities(machine: AnyStateMachine): EntitySchema[] {
  const collections = Object.entries(machine.collections as Collections);
  return [...FIXED_TABLES, ...collections.map(([name, collection]) => collectionEntity(name, collection))];
}
