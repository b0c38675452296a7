import type { OperationLog } from '@virtualchain/operation-log';
import { BlockNotOnBranch, type LogPlaceOfBlock } from '@virtualchain/projection';
import { CursorAhead, checkStart, QuestionInvalid, type Start, type StartQuery } from '@virtualchain/subscriptions';
import type { LogSource } from './log-source.ts';
import { logCursor, logStart, readLogCursorText } from './log-unit.ts';

/** What of a log is asked to find a beginning. */
export interface LogPlaces {
  readonly source: LogSource;
  readonly log: OperationLog;
  readonly topic: string;
  readonly firstBlock: number;
  /** Where the log has a block of the branch, as the chain's machines know it. */
  readonly placeOf: (block: number | string) => Promise<LogPlaceOfBlock | null>;
}

/** @throws QuestionInvalid, BlockNotOnBranch, CursorAhead, and what reading throws */
export async function logStartOf(places: LogPlaces, query: StartQuery, signal: AbortSignal): Promise<Start> {
  checkStart(query);
  return { cursor: await cursorOf(places, query, signal), first: [] };
}

async function cursorOf(places: LogPlaces, query: StartQuery, signal: AbortSignal): Promise<string> {
  const { source, topic, firstBlock, placeOf } = places;
  const { from = 'now', after } = query;
  if (after !== undefined && after.length !== 64) {
    if (readLogCursorText(after) === null)
      throw new QuestionInvalid('after: this is neither a cursor of a log nor a block hash');
    return after;
  }
  const block = after ?? from;
  if (block === 'now') return (await source.end(signal)) ?? beginning(places);
  if (block === 'start' || (block.length < 64 && Number(block) <= firstBlock)) return beginning(places);
  const place = await placeOf(block.length === 64 ? block : Number(block));
  if (place === null) throw new BlockNotOnBranch(topic, block);
  const cursor = after === undefined ? place.before : place.after;
  return cursor === null ? beginning(places) : logCursor(cursor);
}

async function beginning({ log, topic }: LogPlaces): Promise<string> {
  const identity = await log.identity(topic);
  if (identity === null) throw new CursorAhead(`${topic} is empty yet; ask again`);
  return logCursor(logStart(identity.log));
}
