import type { Verdict } from '@virtualchain/machine';
import { sql } from 'kysely';
import { nameOf } from '../build/build.ts';
import { inSnapshot } from '../build/database/database.ts';
import { reasonCode, StoredOperations, txidHex, verdictKind } from '../build/operations.ts';
import type { Registry } from '../registry/registry.ts';

/** How an operation was judged, as it is told: the verdict, and the code where it was not accepted. */
export interface ToldVerdict {
  readonly kind: Verdict['kind'];
  readonly code: string | null;
  readonly detail: string | null;
}

/** An operation that two builds judged differently. */
export interface VerdictChange {
  readonly height: number;
  readonly position: number;
  readonly txid: string;
  /** The opcode byte, hex; null where nothing follows the magic bytes. */
  readonly opcode: string | null;
  readonly before: ToldVerdict;
  readonly after: ToldVerdict;
}

/** How many operations changed from one verdict to another. */
export interface VerdictChangeCount {
  readonly before: Pick<ToldVerdict, 'kind' | 'code'>;
  readonly after: Pick<ToldVerdict, 'kind' | 'code'>;
  readonly operations: number;
}

/** What other rules did to the verdicts: `compared` operations are in both builds. */
export interface VerdictChanges {
  readonly compared: number;
  readonly changed: number;
  /** Most first. */
  readonly counts: readonly VerdictChangeCount[];
  /** The first ones, in the order of the log. */
  readonly first: readonly VerdictChange[];
}

/**
 * Compares the verdicts, codes and details of the operations that two builds of one database have in common, by their txids.
 * `firstMax` is how many changed ones are listed.
 *
 * @throws DatabaseUnavailable
 */
export function compareVerdicts(
  { db }: Pick<Registry, 'db'>,
  { before, after }: { readonly before: string; readonly after: string },
  firstMax: number,
): Promise<VerdictChanges> {
  const judged = (schema: string) => sql`select height, position, ${txidHex} as txid, opcode, verdict, reason,
    ${reasonCode} as code from ${nameOf({ schema }, StoredOperations)}`;
  const both = sql`(${judged(before)}) a join (${judged(after)}) b on b.txid = a.txid`;
  const differ = sql`(a.verdict <> b.verdict or a.reason::text is distinct from b.reason::text)`;
  return inSnapshot(db, async (snapshot) => {
    const counted =
      await sql<CountRow>`select a.verdict as was, a.code as "wasCode", b.verdict as "is", b.code as "isCode",
        ${differ} as differs, count(*)::integer as operations
      from ${both} group by 1, 2, 3, 4, 5 order by operations desc, 1, 2, 3, 4`.execute(snapshot);
    const listed = await sql<ListedRow>`select b.height, b.position, b.txid, b.opcode, a.verdict as was,
        a.reason as "wasReason", b.verdict as "is", b.reason as "isReason"
      from ${both} where ${differ} order by b.height, b.position limit ${firstMax}`.execute(snapshot);
    const changed = counted.rows.filter(({ differs }) => differs);
    return {
      compared: sum(counted.rows),
      changed: sum(changed),
      counts: changed.map((row) => ({
        before: { kind: verdictKind(row.was), code: row.wasCode },
        after: { kind: verdictKind(row.is), code: row.isCode },
        operations: row.operations,
      })),
      first: listed.rows.map(({ height, position, txid, opcode, ...row }) => ({
        ...{ height, position, txid, opcode },
        before: told(row.was, row.wasReason),
        after: told(row.is, row.isReason),
      })),
    };
  });
}

interface CountRow {
  readonly was: number;
  readonly wasCode: string | null;
  readonly is: number;
  readonly isCode: string | null;
  readonly differs: boolean;
  readonly operations: number;
}

type Reason = readonly [code: string, detail: string] | null;

interface ListedRow {
  readonly height: number;
  readonly position: number;
  readonly txid: string;
  readonly opcode: string | null;
  readonly was: number;
  readonly wasReason: Reason;
  readonly is: number;
  readonly isReason: Reason;
}

function sum(rows: readonly { readonly operations: number }[]): number {
  return rows.reduce((total, { operations }) => total + operations, 0);
}

function told(verdict: number, reason: Reason): ToldVerdict {
  return { kind: verdictKind(verdict), code: reason?.[0] ?? null, detail: reason?.[1] ?? null };
}
