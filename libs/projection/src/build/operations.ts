import type { OperationOutcome, Verdict } from '@virtualchain/machine';
import { type RawBuilder, sql } from 'kysely';
import { type Build, type BuildTables, on } from './build.ts';
import { columnWrites } from './bulk/bulk-insert.ts';
import type { Write } from './bulk/write.ts';
import { readOldOperations } from './old-layout.ts';
import type { EventParties } from './parties.ts';
import type { OperationColumns, StoredOperation, WrittenBlock } from './stored.ts';
import { column, defineTable } from './table.ts';

/**
 * Every operation of the current branch that the machine judged, and how. As small as can be: whoever reads by SQL has the
 * view `operations`, and the event itself is in `records`.
 */
export const StoredOperations = defineTable(
  'stored_operations',
  {
    height: column.integer().primary(),
    position: column.integer().primary(),
    transaction_index: column.integer(),
    /** The number of its first sender's script, as `stored_parties` has those of others. */
    party: column.integer().nullable(),
    /** Its place among `VERDICTS`. */
    verdict: column.smallint(),
    txid: column.bytes(),
    opcode: column.text().nullable(),
    /** Code and detail, where it was not accepted. */
    reason: column.json<readonly [code: string, detail: string]>().nullable(),
    /** JSON. */
    changed_keys: column.text(),
  },
  [
    // What is asked is what the view shows: of txids, whether one is equal.
    indexOn('txid', (table) => `${table} using hash ((${TXID_HEX}))`),
    indexOn('party', (table) => `${table} (party, height)`),
    indexOn('code', (table) => `${table} ((${CODE}), verdict) where reason is not null`),
  ],
);

/** The kinds of verdicts, by their numbers. */
export const VERDICTS = ['accepted', 'rejected', 'ignored'] as const satisfies readonly Verdict['kind'][];

const TXID_HEX = `encode(txid, 'hex') collate "C"`;
const CODE = `(reason ->> 0) collate "C"`;
/** The txid as an index knows it, and the view shows it. */
export const txidHex = sql.raw(TXID_HEX);
export const reasonCode = sql.raw(CODE);

function indexOn(what: string, over: (table: string) => string) {
  const name = `stored_operations_${what}`;
  return {
    name,
    sql: (table: string) => `create index "${name}" on ${over(table)}`,
  };
}

/** The word for the number of a verdict, in SQL. */
export function verdictWord(number: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(array[${sql.join(VERDICTS.map((kind) => sql.lit(kind)))}])[${number} + 1]`;
}

export function verdictNumber(kind: Verdict['kind']): number {
  return VERDICTS.indexOf(kind);
}

export function verdictKind(number: number): Verdict['kind'] {
  const kind = VERDICTS[number];
  if (kind === undefined) throw new RangeError(`no verdict has the number ${number}`);
  return kind;
}

/** What the view `operations` selects from the table. */
export function operationsView(table: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select height, position, ${txidHex} as txid, transaction_index, opcode,
    ${verdictWord(sql`verdict`)} as verdict, ${reasonCode} as code, (reason ->> 1) collate "C" as detail,
    changed_keys::jsonb as changed_keys from ${table}`;
}

/** `parties` are those of the operations, in order. */
export function operationColumns(
  outcomes: readonly OperationOutcome[],
  parties: readonly Pick<EventParties, 'first'>[],
): OperationColumns {
  return {
    height: outcomes.map(({ event }) => event.height),
    position: outcomes.map(({ event }) => event.position),
    transaction_index: outcomes.map(({ event }) => event.transactionIndex),
    party: parties.map(({ first }) => first),
    verdict: outcomes.map(({ verdict }) => verdictNumber(verdict.kind)),
    txid: outcomes.map(({ event }) => event.txid),
    opcode: outcomes.map(({ event }) => event.opcode),
    reason: outcomes.map(({ verdict }) => reasonText(verdict)),
    changed_keys: outcomes.map(({ changedKeys }) => JSON.stringify(changedKeys)),
  };
}

export function operationWrites(build: BuildTables, blocks: readonly WrittenBlock[]): Write[] {
  const all = blocks.flatMap(({ folded }) => (folded === null ? [] : [folded.operations]));
  return columnWrites(build, StoredOperations, {
    height: all.flatMap(({ height }) => height),
    position: all.flatMap(({ position }) => position),
    transaction_index: all.flatMap((columns) => columns.transaction_index),
    party: all.flatMap(({ party }) => party),
    verdict: all.flatMap(({ verdict }) => verdict),
    txid: all.flatMap(({ txid }) => txid),
    opcode: all.flatMap(({ opcode }) => opcode),
    reason: all.flatMap(({ reason }) => reason),
    changed_keys: all.flatMap((columns) => columns.changed_keys),
  });
}

/** Why an operation was not accepted, as JSON; null for one that was. */
export function reasonText(verdict: Verdict): string | null {
  if (verdict.kind === 'accepted') return null;
  return JSON.stringify([storableText(verdict.code), storableText(verdict.detail)]);
}

/** Reasons may quote a payload: what Postgres cannot keep as text is shown as the replacement character. */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

export async function rollBackOperations(build: BuildTables, height: number): Promise<void> {
  await on(build, StoredOperations).deleteFrom('stored_operations').where('height', '>', height).execute();
}

/** The operations of the blocks from one height to another, in order. */
export async function readOperations(build: Build, from: number, to: number): Promise<readonly StoredOperation[]> {
  if (build.layout === 1) return readOldOperations(build, from, to);
  const rows = await on(build, StoredOperations)
    .selectFrom('stored_operations')
    .select(['height', 'position', 'transaction_index', 'txid', 'opcode', 'verdict', 'reason'])
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .orderBy('position')
    .execute();
  return rows.map(({ txid, transaction_index, verdict, reason, ...row }) => ({
    ...row,
    txid: Buffer.from(txid).toString('hex'),
    transactionIndex: transaction_index,
    verdict: VERDICTS[verdict] ?? String(verdict),
    code: reason?.[0] ?? null,
    detail: reason?.[1] ?? null,
  }));
}
