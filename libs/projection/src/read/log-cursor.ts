import type { Cursor } from '@virtualchain/operation-log';
import { readMark } from '../build/block-places.ts';
import { Blocks } from '../build/blocks.ts';
import { Checkpoints, readCheckpoint } from '../build/checkpoint.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import { inLiveBuild } from './live-build.ts';

/** Where a log is read from to get a block as the next one, and from where to get what follows it. */
export interface LogPlaceOfBlock {
  readonly height: number;
  readonly hash: string;
  /** Null where it is the first block: before all records. */
  readonly before: Cursor | null;
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
    const found = cursor && (await readMark(build, cursor.log, block));
    if (!found) return null;
    const { height, hash } = found;
    const previous = await readMark(build, cursor.log, height - 1);
    return { height, hash, before: previous?.cursor ?? null, after: found.cursor };
  });
}

/** Where a machine's live build stands in the log; null before its first record. */
export function readLogCursor(registry: Registry, instance: MachineInstance): Promise<Cursor | null> {
  return inLiveBuild(registry, instance, [Checkpoints], async (build) => (await readCheckpoint(build)).cursor);
}
