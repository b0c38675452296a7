import { sql } from 'kysely';
import { type BuildTables, nameOf } from './build.ts';
import type { BlockRecords, StoredOperation, StoredTransition } from './stored.ts';

/**
 * Builds that were made before the records of a block were kept once: every row of `operations` has its event, every
 * transition is a row. Nobody goes on with one, but the gate of a rebuild reads it.
 */

export async function readOldOperations(
  build: BuildTables,
  from: number,
  to: number,
): Promise<readonly StoredOperation[]> {
  type Found = Omit<StoredOperation, 'transactionIndex'> & { readonly transaction_index: number };
  const { rows } = await sql<Found>`select height, position, txid, transaction_index, opcode, verdict, code, detail
    from ${nameOf(build, 'operations')} where height between ${from} and ${to} order by height, position`.execute(
    build.db,
  );
  return rows.map(({ transaction_index, ...row }) => ({ ...row, transactionIndex: transaction_index }));
}

export async function readOldRecords(
  build: BuildTables,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, BlockRecords>> {
  const { rows } = await sql<{ height: number; position: number; event: Uint8Array }>`select height, position, event
    from ${nameOf(build, 'operations')} where height between ${from} and ${to} order by height, position`.execute(
    build.db,
  );
  const blocks = [...Map.groupBy(rows, ({ height }) => height)];
  return new Map(
    blocks.map(([height, found]) => [
      height,
      { values: new Map(found.map(({ position, event }) => [position, new Uint8Array(event)])), problem: null },
    ]),
  );
}

export async function readOldTransitions(
  build: BuildTables,
  from: number,
  to: number,
): Promise<readonly StoredTransition[]> {
  type Found = Omit<StoredTransition, 'operationPosition'> & { operation_position: number | null };
  const { rows } = await sql<Found>`select height, vtxindex, operation_position, opcode, serialized
    from ${nameOf(build, 'transitions')} where height between ${from} and ${to} order by height, vtxindex`.execute(
    build.db,
  );
  return rows.map(({ operation_position, serialized, ...row }) => ({
    ...row,
    operationPosition: operation_position,
    serialized: new Uint8Array(serialized),
  }));
}
