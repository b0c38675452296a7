import { type AnyStateMachine, anchorHeight } from '@virtualchain/machine';
import { sql } from 'kysely';
import { type BulkColumn, type Db, unnest } from '../build/database.ts';
import { collectionTable } from '../build/tables.ts';
import type { BlockMark } from '../port.ts';
import { projectionPoints } from './points.ts';

/**
 * Takes the state back to `height`: rows that began above it go, rows that ended above it hold again. What was there at
 * the machine's genesis stays.
 */
export async function rollBack(db: Db, schema: string, machine: AnyStateMachine, height: number): Promise<void> {
  const stateHeight = Math.max(height, anchorHeight(machine));
  for (const name of Object.keys(machine.collections)) {
    const table = sql.table(`${schema}.${collectionTable(name)}`);
    await sql`delete from ${table} where valid_from > ${stateHeight}`.execute(db);
    projectionPoints.pass('in-rollback');
    await sql`update ${table} set valid_to = null where valid_to > ${stateHeight}`.execute(db);
  }
  for (const table of ['operations', 'transitions', 'blocks']) {
    await sql`delete from ${sql.table(`${schema}.${table}`)} where height > ${height}`.execute(db);
  }
}

/** Notes where another log has our blocks. */
export async function placeBlocks(db: Db, schema: string, places: readonly BlockMark[]): Promise<void> {
  if (places.length === 0) return;
  const columns: BulkColumn[] = [
    { name: 'height', arrayType: 'integer[]', values: places.map(({ height }) => height) },
    { name: 'epoch', arrayType: 'integer[]', values: places.map(({ cursor }) => cursor.epoch) },
    { name: 'writer', arrayType: 'text[]', values: places.map(({ cursor }) => cursor.writer) },
    { name: 'first_sequence', arrayType: 'bigint[]', values: places.map(({ firstSequence }) => firstSequence) },
    { name: 'last_sequence', arrayType: 'bigint[]', values: places.map(({ cursor }) => cursor.sequence) },
    { name: 'first_offset', arrayType: 'bigint[]', values: places.map(({ firstOffset }) => firstOffset.toString()) },
    { name: 'last_offset', arrayType: 'bigint[]', values: places.map(({ cursor }) => cursor.offset.toString()) },
  ];
  const names = sql.join(columns.map(({ name }) => sql.ref(name)));
  await sql`update ${sql.table(`${schema}.blocks`)} b set epoch = x.epoch, writer = x.writer, first_sequence = x.first_sequence,
      last_sequence = x.last_sequence, first_offset = x.first_offset, last_offset = x.last_offset
    from ${unnest(columns)} as x(${names}) where b.height = x.height`.execute(db);
}
