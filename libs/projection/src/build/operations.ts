import { defineEntity } from '@mikro-orm/postgresql';
import type { OperationOutcome, Verdict } from '@virtualchain/machine';
import type { WrittenBlock } from './blocks.ts';
import { type BuildTables, on } from './build.ts';
import { insertRows } from './bulk-insert.ts';
import { column, index, type RowOf } from './table.ts';

/** Every operation of the current branch that the machine judged: the event as published, and the verdict. */
export const Operations = defineEntity({
  name: 'operations',
  tableName: 'operations',
  properties: {
    height: column.integer().primary(),
    position: column.integer().primary(),
    txid: column.text(),
    transaction_index: column.integer(),
    opcode: column.text().nullable(),
    verdict: column.text().$type<Verdict['kind']>(),
    code: column.text().nullable(),
    detail: column.text().nullable(),
    changed_keys: column.json<OperationOutcome['changedKeys']>(),
    event: column.bytes(),
  },
  indexes: [index('operations', 'txid'), index('operations', 'verdict', 'code')],
});

/** An operation as a build keeps it. */
export interface StoredOperation {
  readonly height: number;
  readonly position: number;
  readonly txid: string;
  readonly verdict: Verdict['kind'];
  /** Why it was rejected or ignored. */
  readonly code: string | null;
  /** The bytes of the event, as published. */
  readonly event: Uint8Array;
}

export function insertOperations(build: BuildTables, blocks: readonly WrittenBlock[]): Promise<void> {
  return insertRows(build, Operations, blocks.flatMap(rowsOf));
}

function rowsOf({ change, folded }: WrittenBlock): RowOf<typeof Operations>[] {
  return (folded?.outcomes ?? []).map(({ event, verdict, changedKeys }, i) => ({
    height: event.height,
    position: event.position,
    txid: event.txid,
    transaction_index: event.transactionIndex,
    opcode: event.opcode,
    ...verdictColumns(verdict),
    changed_keys: changedKeys,
    event: change.operationBytes[i] as Uint8Array,
  }));
}

function verdictColumns(verdict: Verdict): Pick<RowOf<typeof Operations>, 'verdict' | 'code' | 'detail'> {
  return verdict.kind === 'accepted'
    ? { verdict: verdict.kind, code: null, detail: null }
    : { verdict: verdict.kind, code: storableText(verdict.code), detail: storableText(verdict.detail) };
}

/** Reasons may quote a payload: what Postgres cannot keep as text is shown as the replacement character. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

export async function rollBackOperations(build: BuildTables, height: number): Promise<void> {
  await on(build, Operations).deleteFrom('operations').where('height', '>', height).execute();
}

/** The operations of the blocks from one height to another, in order. */
export function readOperations(build: BuildTables, from: number, to: number): Promise<readonly StoredOperation[]> {
  return on(build, Operations)
    .selectFrom('operations')
    .select(['height', 'position', 'txid', 'verdict', 'code', 'event'])
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .orderBy('position')
    .execute();
}
