import type { AnyStateMachine } from '@virtualchain/machine';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Db } from './database/database.ts';
import type { DatabaseOf, Table } from './table.ts';

/** The schema that holds the tables of a build, or the views of the live one; `db` is a pool, or one transaction of it. */
export interface BuildTables {
  readonly db: Db;
  readonly schema: string;
}

/**
 * One build of a machine in Postgres: what is passed along wherever it is read or written. `{ ...build, db }` is the same
 * build within a transaction.
 */
export interface Build extends BuildTables {
  readonly machine: AnyStateMachine;
  readonly layout: Layout;
}

/**
 * How the tables of a build are laid out. In layout 1 every operation had its event beside it; 2 keeps the records of a block
 * once, compressed; in 3 the feed has an identity, the rows that each step of a block changed, and all of what was taken back.
 */
export type Layout = 1 | 2 | 3;

/** Of builds that are made now. */
export const LAYOUT: Layout = 3;

/** Typed queries on one fixed table of a build. */
export function on<T extends Table>({ db, schema }: BuildTables, _table: T): Kysely<DatabaseOf<T>> {
  return db.withSchema(schema).withTables<DatabaseOf<T>>();
}

/** The full name of a table of a build, for statements that are written as SQL. */
export function nameOf({ schema }: Pick<BuildTables, 'schema'>, table: Table | string): RawBuilder<unknown> {
  return sql.table(`${schema}.${typeof table === 'string' ? table : table.name}`);
}
