import { createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import { type Asking, askJson } from '../ask-json.ts';
import { GatewayRefused, GatewayUnavailable, StreamOutOfOrder } from '../errors.ts';
import { PAGE_ENTRIES, RETRY, RETRY_AFTER_MS_MAX, SILENCE_MS } from '../limits.ts';
import type { Message } from '../stream/message.ts';
import { openEvents } from '../stream/open-events.ts';
import { openSocket } from '../stream/open-socket.ts';
import { FeedGoneThere, refusalOf } from '../stream/problem.ts';
import { createBranch } from './branch.ts';
import { createCursorCheck } from './cursor-check.ts';
import { goBack } from './go-back.ts';
import { addressOf, type Heartbeat, type SubscriptionOptions } from './options.ts';
import type { Level, Session } from './session.ts';

/**
 * Brings every entry once, in order, over as many connections as that takes.
 *
 * @throws GatewayRefused, NotAGateway, FeedGone
 */
export async function* subscribe<Entry extends { readonly cursor: string }>(
  options: SubscriptionOptions,
  level: Level<Entry>,
): AsyncGenerator<Entry> {
  const { signal = new AbortController().signal, onRetry, clock = wallClock, known = [] } = options;
  const after = options.after ?? null;
  const session: Session<Entry> = {
    ...{ options, level, signal, after, gone: null, gapBefore: null },
    branch: createBranch(known, options.blocks !== false),
    cursors: createCursorCheck(after),
  };
  const waits = createBackOff(RETRY, wallClock.jitter);
  while (!signal.aborted) {
    try {
      for await (const entry of connection(session, () => waits.reset())) {
        if (signal.aborted) return;
        yield entry;
      }
      if (options.untilEnd === true) return;
      throw new GatewayUnavailable('the gateway ended the stream');
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof FeedGoneThere) session.gone = error;
      else if (!isExpectedError(error) || error.remedy !== 'retry') throw error;
      onRetry?.(error);
      const wanted = error instanceof GatewayRefused ? (error.retryAfterMs ?? 0) : 0;
      await clock.sleep(Math.max(waits.nextMs(), Math.min(wanted, RETRY_AFTER_MS_MAX)), signal);
    }
  }
}

/** What one connection brings. */
async function* connection<Entry extends { readonly cursor: string }>(
  session: Session<Entry>,
  onNews: () => void,
): AsyncGenerator<Entry> {
  if (session.gone === null) await settleBeginning(session);
  const { messages, retractions } =
    session.gone === null
      ? { messages: await open(session, session.after), retractions: [] }
      : await goBack(session, session.gone, (hash) => open(session, hash));
  session.gone = null;
  for (const entry of retractions) {
    session.after = entry.cursor;
    session.branch.drop();
    yield entry;
  }
  for await (const message of messages) {
    const entry = taken(session, message);
    if (entry !== null || message.event === 'heartbeat') onNews();
    if (entry !== null) yield entry;
  }
}

/**
 * Where now is, is found out once: a subscriber whose first connection is cut before anything came would otherwise miss
 * what came between.
 */
async function settleBeginning<Entry extends { readonly cursor: string }>(session: Session<Entry>): Promise<void> {
  const { from = 'now', untilEnd } = session.options;
  if (session.after !== null || from !== 'now' || untilEnd === true) return;
  const page = (await askJson(pageAddress(session, null, 1), asking(session))) as { readonly cursor?: unknown };
  if (typeof page.cursor !== 'string') return;
  session.after = page.cursor;
  session.cursors.passed(page.cursor);
}

/** The entry that a message brings; null where it brings none, or one that was here. */
function taken<Entry extends { readonly cursor: string }>(
  session: Session<Entry>,
  { id, event, data }: Message,
): Entry | null {
  const { branch, cursors, level, options } = session;
  if (event === 'end') throw refusalOf(data, 500) ?? new GatewayUnavailable('the gateway ended the stream');
  if (event === 'heartbeat') {
    branch.end();
    if (id !== null) moveTo(session, id);
    options.onHeartbeat?.({ tip: null, ...(data as Partial<Heartbeat>), cursor: id });
    return null;
  }
  const cursor = (data as { readonly cursor?: unknown } | null)?.cursor ?? id;
  if (typeof cursor !== 'string') throw new GatewayUnavailable(`an entry ${event} without a cursor`);
  const entry = level.read(event, data, cursor);
  if (entry === null || !cursors.isNew(cursor)) return null;
  refuseGap(session, cursor);
  const step = level.stepOf(entry);
  const problem = step === null ? null : branch.take(step);
  if (problem !== null) throw new StreamOutOfOrder(problem);
  moveTo(session, cursor);
  return entry;
}

/**
 * Where all entries come, their places follow on each other. A gap that is there again when it is asked for anew is the feed's
 * own.
 */
function refuseGap<Entry extends { readonly cursor: string }>(session: Session<Entry>, cursor: string): void {
  const { filter, blocks, confirmations = 1 } = session.options;
  if (filter !== undefined || blocks === false || confirmations > 1) return;
  if (session.cursors.isNext(cursor) || session.gapBefore === cursor) return;
  session.gapBefore = cursor;
  throw new StreamOutOfOrder(`something is missing before the entry at ${cursor}`);
}

function moveTo<Entry extends { readonly cursor: string }>(session: Session<Entry>, cursor: string): void {
  session.after = cursor;
  session.cursors.passed(cursor);
}

/** Opens what the options ask for, behind a cursor or a block. */
async function open<Entry extends { readonly cursor: string }>(
  session: Session<Entry>,
  after: string | null,
): Promise<AsyncGenerator<Message>> {
  const { options, level, signal } = session;
  if (options.untilEnd === true) return pages(session, after);
  const { transport = 'sse', silenceMs = SILENCE_MS, gateway, token } = options;
  const query = queryOf(options, after);
  if (transport === 'sse')
    return openEvents({ address: addressOf(gateway, `${level.path}/events`, query), signal, silenceMs, token });
  const address = addressOf(gateway, `${level.path}/socket`, query);
  return openSocket({ address, signal, silenceMs, token }).catch(async (error: unknown) => {
    // A page of the same says why.
    if (!signal.aborted) await askJson(pageAddress(session, after, 1), asking(session));
    throw error;
  });
}

/** All pages, as messages. */
async function* pages<Entry extends { readonly cursor: string }>(
  session: Session<Entry>,
  first: string | null,
): AsyncGenerator<Message> {
  for (let after = first; ; ) {
    const address = pageAddress(session, after, PAGE_ENTRIES);
    const page = (await askJson(address, asking(session))) as {
      readonly entries: readonly { readonly kind: string; readonly cursor: string }[];
      readonly cursor: string | null;
      readonly isEnd: boolean;
    };
    for (const entry of page.entries) yield { id: entry.cursor, event: entry.kind, data: entry };
    if (page.isEnd || page.cursor === null || page.cursor === after) return;
    after = page.cursor;
  }
}

function asking<Entry extends { readonly cursor: string }>({ signal, options: { token } }: Session<Entry>): Asking {
  return { signal, token };
}

function pageAddress<Entry extends { readonly cursor: string }>(
  { options, level }: Session<Entry>,
  after: string | null,
  limit: number,
): URL {
  return addressOf(options.gateway, level.path, { ...queryOf(options, after), limit });
}

function queryOf({ from, filter, blocks, confirmations }: SubscriptionOptions, after: string | null) {
  return { ...(after === null ? { from } : { after }), filter, blocks, confirmations };
}
