import type { Cursor } from '@virtualchain/operation-log';
import { type RawBuilder, sql } from 'kysely';
import { Blocks } from '../build/blocks.ts';
import { type BuildTables, nameOf } from '../build/build.ts';
import { Checkpoints, readCheckpoint } from '../build/checkpoint.ts';
import type { RowOf } from '../build/table.ts';
import { startOf } from '../port.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import { inLiveBuild } from './live-build.ts';

/** Where a log is read from to get a block as the next one, and from where to get what follows it. */
export interface LogPlaceOfBlock {
  readonly height: number;
  readonly hash: string;
  readonly before: Cursor;
  readonly after: Cursor;
}

/**
 * Where the log has a block of the branch, by height or hash; null where a machine's live build has it not. Throws as reads do.
 */
export function readLogPlace(
  registry: Registry,
  instance: MachineInstance,
  block: number | string,
): Promise<LogPlaceOfBlock | null> {
  return inLiveBuild(registry, instance, [Blocks, Checkpoints], async (build) => {
    const { cursor } = await readCheckpoint(build);
    const found =
      cursor && (await readPlace(build, typeof block === 'number' ? sql`height = ${block}` : sql`hash = ${block}`));
    if (!found) return null;
    const previous = await readPlace(build, sql`height = ${found.height - 1}`);
    const before = previous === null ? startOf(cursor.log) : cursorOf(cursor.log, previous);
    return { height: found.height, hash: found.hash, before, after: cursorOf(cursor.log, found) };
  });
}

/** Where a machine's live build stands in the log; null before its first record. */
export function readLogCursor(registry: Registry, instance: MachineInstance): Promise<Cursor | null> {
  return inLiveBuild(registry, instance, [Checkpoints], async (build) => (await readCheckpoint(build)).cursor);
}

type Place = Pick<RowOf<typeof Blocks>, 'height' | 'hash' | 'epoch' | 'writer' | 'last_sequence' | 'last_offset'>;

async function readPlace(build: BuildTables, where: RawBuilder<unknown>): Promise<Place | null> {
  const { rows } = await sql<Place>`select height, hash, epoch, writer, last_sequence, last_offset
    from ${nameOf(build, Blocks)} where ${where} order by height desc limit 1`.execute(build.db);
  return rows[0] ?? null;
}

function cursorOf(log: string, { height, hash, epoch, writer, last_sequence, last_offset }: Place): Cursor {
  const at = { height: height as NonNullable<Cursor['height']>, hash };
  return { log, epoch, writer, sequence: Number(last_sequence), offset: BigInt(last_offset), ...at };
}
