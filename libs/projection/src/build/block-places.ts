import type { Height } from '@virtualchain/bitcoin';
import { sql } from 'kysely';
import { MARKS_PER_PAGE_MAX } from '../limits.ts';
import type { BlockMark } from '../port.ts';
import { Blocks } from './blocks.ts';
import { type BuildTables, nameOf, on } from './build.ts';
import { columnsFrom, namesOf, unnest } from './bulk/bulk-insert.ts';
import type { RowOf } from './table.ts';

const PLACE = ['epoch', 'writer', 'first_sequence', 'last_sequence', 'first_offset', 'last_offset'] as const;

/** Where `log` has the blocks of a build, newest first, a page at a time. */
export async function* readMarks(build: BuildTables, log: string): AsyncGenerator<BlockMark> {
  let below = 2 ** 31 - 1;
  for (;;) {
    const rows = await on(build, Blocks)
      .selectFrom('blocks')
      .select(['height', 'hash', ...PLACE])
      .where('height', '<', below)
      .orderBy('height', 'desc')
      .limit(MARKS_PER_PAGE_MAX)
      .execute();
    for (const row of rows) {
      yield markOf(log, row);
      below = row.height;
    }
    if (rows.length < MARKS_PER_PAGE_MAX) return;
  }
}

/** Where `log` has a block of a build: by its hash, or the one at a height; null for none. */
export async function readMark(build: BuildTables, log: string, block: number | string): Promise<BlockMark | null> {
  const row = await on(build, Blocks)
    .selectFrom('blocks')
    .select(['height', 'hash', ...PLACE])
    .where(typeof block === 'number' ? sql<boolean>`height = ${block}` : sql<boolean>`hash = ${block}`)
    .executeTakeFirst();
  return row === undefined ? null : markOf(log, row);
}

function markOf(log: string, row: Pick<RowOf<typeof Blocks>, 'height' | 'hash' | (typeof PLACE)[number]>): BlockMark {
  const { hash, epoch, writer } = row;
  const height = row.height as Height;
  const [sequence, offset] = [Number(row.last_sequence), BigInt(row.last_offset)];
  return {
    ...{ height, hash, firstSequence: Number(row.first_sequence), firstOffset: BigInt(row.first_offset) },
    cursor: { log, epoch, writer, sequence, offset, height, hash },
  };
}

/** Notes where another log has the blocks of a build. */
export async function placeBlocks(build: BuildTables, places: readonly BlockMark[]): Promise<void> {
  if (places.length === 0) return;
  const rows = places.map(({ height, firstSequence, firstOffset, cursor }) => ({
    height,
    epoch: cursor.epoch,
    writer: cursor.writer,
    first_sequence: String(firstSequence),
    last_sequence: String(cursor.sequence),
    first_offset: String(firstOffset),
    last_offset: String(cursor.offset),
  }));
  const columns = columnsFrom(Blocks, rows);
  const set = sql.join(PLACE.map((name) => sql`${sql.ref(name)} = ${sql.ref(`x.${name}`)}`));
  await sql`update ${nameOf(build, Blocks)} b set ${set} from ${unnest(columns)} as x(${namesOf(columns)})
    where b.height = x.height`.execute(build.db);
}
