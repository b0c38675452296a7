import { type ChainChange, CursorInvalid, cursorFromJson, cursorToJson, follow } from '@virtualchain/client';
import { isExpectedError } from '@virtualchain/kernel';
import type { Cursor, OperationLog } from '@virtualchain/operation-log';
import type { Connection } from '../connection.ts';
import { openLog, topicOf } from '../log-of.ts';
import { loadChainOf } from '../machine-of.ts';
import { printChange } from '../printing/chain-change.ts';
import { sieveOf } from '../printing/operation-filter.ts';
import { rethrow, waitingFor } from '../printing/waiting.ts';
import { heightOf, QueryInvalid } from '../values.ts';

export interface TailOptions {
  /** `earliest`, `latest`, a height, or `offset:N`. */
  readonly from: string;
  /** JSON, as the lines of `--json` have it. */
  readonly cursor?: string;
  /** Only operations that pass it, and blocks that have some. */
  readonly filter?: string;
  readonly json: boolean;
  /** End at the end of the log instead of waiting for more. */
  readonly once: boolean;
  readonly signal: AbortSignal;
}

/** `vchain tail`: the log as it grows, whole blocks only. */
export async function tail(connection: Connection, options: TailOptions): Promise<void> {
  const { json, once, signal, from, cursor } = options;
  const start = startOf(from, cursor);
  const sieve = await sieveOf(options.filter);
  const topic = topicOf(connection, await loadChainOf(connection));
  await using log = await openLog(connection);
  const waits = waitingFor(topic);
  const isWanted = await wantedFrom(start, log, topic);
  const after = start.kind === 'cursor' ? start.cursor : null;
  const told = once ? { onRetry: rethrow } : waits;
  for await (const change of follow({ log, topic, cursor: after, signal, untilEnd: once, ...told })) {
    waits.at(change.block.height);
    const shown = isWanted(change) ? sieve(change) : null;
    if (shown !== null) printChange(shown, cursorToJson(change.cursor), json);
  }
}

type Start =
  | { readonly kind: 'earliest' | 'latest' }
  | { readonly kind: 'height'; readonly height: number }
  | { readonly kind: 'offset'; readonly offset: bigint }
  | { readonly kind: 'cursor'; readonly cursor: Cursor };

/** @throws QueryInvalid */
function startOf(from: string, cursor: string | undefined): Start {
  if (cursor !== undefined) {
    if (from !== 'earliest')
      throw new QueryInvalid('--from and --cursor both say where to begin; leave one of them out');
    return { kind: 'cursor', cursor: cursorOf(cursor) };
  }
  if (from === 'earliest' || from === 'latest') return { kind: from };
  const offset = /^offset:(\d{1,18})$/.exec(from)?.[1];
  if (offset !== undefined) return { kind: 'offset', offset: BigInt(offset) };
  if (/^\d+$/.test(from)) return { kind: 'height', height: heightOf('--from', from) };
  throw new QueryInvalid(
    `--from ${JSON.stringify(from)}: must be a place in the log; give earliest, latest, a height, or offset:N`,
  );
}

function cursorOf(text: string): Cursor {
  try {
    return cursorFromJson(JSON.parse(text));
  } catch (cause) {
    if (!(cause instanceof CursorInvalid || cause instanceof SyntaxError)) throw cause;
    throw new QueryInvalid(`--cursor: ${cause.message}; give one as vchain tail --json shows it`, { cause });
  }
}

/** Which changes are shown. The log is read from its beginning all the same: only so its branch is known, and proven. */
async function wantedFrom(start: Start, log: OperationLog, topic: string): Promise<(change: ChainChange) => boolean> {
  switch (start.kind) {
    case 'earliest':
    case 'cursor':
      return () => true;
    case 'offset':
      return ({ cursor }) => cursor.offset >= start.offset;
    case 'height': {
      let isReached = false;
      return ({ block }) => (isReached ||= block.height >= start.height);
    }
    case 'latest': {
      const end = await endOf(log, topic);
      return ({ cursor }) => cursor.offset >= end;
    }
  }
}

/** The next offset of a topic; 0 where there is none yet. */
async function endOf(log: OperationLog, topic: string): Promise<bigint> {
  try {
    return (await log.tail(topic))?.endOffset ?? 0n;
  } catch (error) {
    if (isExpectedError(error) && error.code === 'TOPIC_MISSING') return 0n;
    throw error;
  }
}
