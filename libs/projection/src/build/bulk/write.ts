import { type RawBuilder, sql } from 'kysely';
import { STATEMENT_BYTES_MAX } from '../../limits.ts';
import type { Db } from '../database/database.ts';

/** A statement that may run together with others, in whatever order: an insert, an update, a look. */
export interface Write {
  /** What it sends, about. */
  readonly bytes: number;
  readonly statement: RawBuilder<unknown>;
  /** Rows that it must answer with, and the error where it answers with others. */
  readonly expected?: { readonly rows: number; readonly orElse: (found: number) => Error };
  /** Has to be over before this one begins. */
  readonly after?: Write;
  /** Cannot be joined with others: it runs by itself, behind those that are. */
  readonly isAlone?: boolean;
}

/**
 * Runs writes joined into one statement, which is one round trip; into as many as keep what each sends below the limit. Those
 * that stand alone follow, so that none of the others may have to be after them.
 *
 * @throws what a write expects.
 */
export async function runWrites(db: Db, writes: readonly Write[]): Promise<void> {
  for (const joined of portionsOf(writes.filter(({ isAlone }) => isAlone !== true))) await runJoined(db, joined);
  for (const { statement, isAlone } of writes) if (isAlone === true) await statement.execute(db);
}

function portionsOf(writes: readonly Write[]): Write[][] {
  const portions: Write[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const write of writes) {
    if (bytes + write.bytes > STATEMENT_BYTES_MAX) {
      portions.push([]);
      bytes = 0;
    }
    portions.at(-1)?.push(write);
    bytes += write.bytes;
  }
  return portions;
}

async function runJoined(db: Db, writes: readonly Write[]): Promise<void> {
  const named = writes.map((write, i) => ({ write, name: sql.ref(`w${i}`) }));
  const parts = named.map(({ write, name }) => {
    const first = named.find((other) => other.write === write.after);
    // An aggregate over the other one ends it first.
    const behind = first === undefined ? sql`` : sql` and (select count(*) from ${first.name}) >= 0`;
    return sql`${name} as (${write.statement}${behind})`;
  });
  const counted = named.flatMap(({ write: { expected }, name }, i) =>
    expected === undefined ? [] : [{ ...expected, key: `n${i}`, count: sql`(select count(*) from ${name})` }],
  );
  const columns = counted.map(({ key, count }) => sql`${count} as ${sql.ref(key)}`);
  const { rows } = await sql<Readonly<Record<string, string>>>`with ${sql.join(parts)}
    select ${columns.length === 0 ? sql`1` : sql.join(columns)}`.execute(db);
  for (const { key, rows: wanted, orElse } of counted) {
    const found = Number(rows[0]?.[key]);
    if (found !== wanted) throw orElse(found);
  }
}
