import type {} from '@fastify/websocket';
import { FILTER_FIELDS } from '@virtualchain/protocol';
import {
  deliver,
  feedStart,
  type Source,
  type Start,
  type StartQuery,
  selectionOf,
  type Told,
  type Wish,
} from '@virtualchain/subscriptions';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type TProperties, type TSchema, Type } from 'typebox';
import { identifiedBy } from '../access/guard.ts';
import { PAGE_SEARCH_MS, START_TIMEOUT_MS } from '../limits.ts';
import { queryOf } from '../schemas/common.ts';
import { FeedEntry, LogEntry, PendingEntry, pageLimit, pendingQuery, subscriptionQuery } from '../schemas/entries.ts';
import type { ServedMachine } from '../served.ts';
import { logStartOf } from '../subscriptions/log-start.ts';
import { socketSink } from '../subscriptions/socket.ts';
import { sseSink } from '../subscriptions/sse.ts';
import { UpgradeRequired } from '../subscriptions/stream-ended.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import { describe } from './describe.ts';

interface SubscriptionQuery extends StartQuery {
  readonly filter?: string;
  readonly blocks?: boolean;
  readonly confirmations: number;
}

/** Where a subscription begins, and what it is told. */
interface Begun {
  readonly source: Source;
  readonly start: Start;
  readonly wish: Wish;
}

/** One stream of entries: as pages, as server-sent events, over a WebSocket. */
interface Stream {
  readonly level: 'log' | 'feed' | 'pending';
  readonly what: string;
  readonly tags: readonly string[];
  readonly entry: TSchema;
  /** What a subscription takes behind its `?`. */
  readonly query: TProperties;
  begin(query: SubscriptionQuery): Promise<Begun>;
}

/** The feed of a machine. */
export function addFeedRoutes(
  server: FastifyInstance,
  subscriptions: Subscriptions,
  { served, tags }: { readonly served: ServedMachine; readonly tags: readonly string[] },
): void {
  const what = 'the feed of the machine: what its state went through, with the rows that each operation changed';
  addStream(server, subscriptions, {
    ...{ level: 'feed', what, tags, entry: FeedEntry, query: subscriptionQuery },
    async begin(query) {
      const selection = selectionOf(query);
      const places = await subscriptions.feed(served);
      const start = await feedStart(places, query);
      const { confirmations } = query;
      return { source: places.source, start, wish: { after: start.cursor, selection, confirmations } };
    },
  });
}

/** What of operations can be asked for where no machine, or no block, has said the last word on them. */
const UNJUDGED = FILTER_FIELDS.filter((field) => field !== 'verdict' && field !== 'code');

/** The operations in no block of a machine. */
export function addPendingRoutes(
  server: FastifyInstance,
  subscriptions: Subscriptions,
  { served, tags }: { readonly served: ServedMachine; readonly tags: readonly string[] },
): void {
  const what =
    'operations that are in no block yet, as the machine would judge them in the next one, and what becomes of them';
  addStream(server, subscriptions, {
    ...{ level: 'pending', what, tags, entry: PendingEntry, query: pendingQuery },
    async begin(query) {
      const selection = selectionOf(query, UNJUDGED);
      const { source, start } = await subscriptions.pending(served, query, selection);
      return { source, start, wish: { after: start.cursor, selection, confirmations: 1 } };
    },
  });
}

/** The log of a chain. */
export function addLogRoutes(server: FastifyInstance, subscriptions: Subscriptions, chain: string): void {
  const what = 'the log of the virtual chain: its blocks, each with its operations as published';
  addStream(server, subscriptions, {
    ...{ level: 'log', what, tags: [chain], entry: LogEntry, query: subscriptionQuery },
    async begin(query) {
      const selection = selectionOf(query, UNJUDGED);
      const places = subscriptions.log(chain);
      const start = await logStartOf(places, query, AbortSignal.timeout(START_TIMEOUT_MS));
      const { confirmations } = query;
      return { source: places.source, start, wish: { after: start.cursor, selection, confirmations } };
    },
  });
}

function addStream(server: FastifyInstance, subscriptions: Subscriptions, stream: Stream): void {
  addPages(server, stream);
  addEvents(server, subscriptions, stream);
  addSocket(server, subscriptions, stream);
}

function addPages(server: FastifyInstance, { level, what, tags, entry, query: own, begin }: Stream): void {
  const body = Type.Object({
    entries: Type.Array(entry),
    cursor: Type.String({ description: 'what to give as after for what follows, also where nothing does yet' }),
    isEnd: Type.Boolean({ description: 'whether this was all that there is now' }),
  });
  server.get<{ Querystring: SubscriptionQuery & { readonly limit: number } }>(
    `/${level}`,
    {
      schema: describe({
        tags,
        name: level,
        summary: `${what}, in pages`,
        querystring: queryOf({ ...own, limit: pageLimit }),
        body,
      }),
    },
    async ({ query }, reply) => {
      const { source, start, wish } = await begin(query);
      const page = await pageOf(source, start, wish, query.limit);
      const entries = page.told.map(({ text }) => text).join(',');
      const text = `{"entries":[${entries}],"cursor":${JSON.stringify(page.cursor)},"isEnd":${page.isEnd}}`;
      return reply.type('application/json; charset=utf-8').send(text);
    },
  );
}

async function pageOf(
  source: Source,
  { first, cursor }: Start,
  wish: Wish,
  limit: number,
): Promise<{ readonly told: readonly Told[]; readonly cursor: string; readonly isEnd: boolean }> {
  const found: Told[] = [...first];
  const until = performance.now() + PAGE_SEARCH_MS;
  let at = cursor;
  for await (const { told, cursor: behind } of deliver(source, wish, null)) {
    const room = limit - found.length;
    found.push(...told.slice(0, room));
    if (told.length > room) return { told: found, cursor: found.at(-1)?.cursor ?? at, isEnd: false };
    at = behind;
    if (performance.now() > until) return { told: found, cursor: at, isEnd: false };
  }
  return { told: found, cursor: at, isEnd: true };
}

function addEvents(
  server: FastifyInstance,
  subscriptions: Subscriptions,
  { level, what, tags, query, begin }: Stream,
): void {
  const described = describe({
    ...{ tags, name: `${level}Events`, summary: `${what}, as server-sent events`, querystring: queryOf(query) },
    headers: Type.Object({
      'last-event-id': Type.Optional(Type.String({ description: 'a cursor; counts more than after and from' })),
    }),
    body: Type.String({ description: 'events without end: docs/reference/subscriptions.md' }),
    contentType: 'text/event-stream',
  });
  server.get<{ Querystring: SubscriptionQuery }>(
    `/${level}/events`,
    { schema: described, exposeHeadRoute: false },
    async (request, reply) => {
      subscriptions.checkRoom();
      const { source, start, wish } = await begin(startsOf(request));
      reply.hijack();
      const sink = sseSink(reply.raw, subscriptions.slowReaderMs, headersForOthers(reply));
      const token = identifiedBy(request)?.token ?? null;
      subscriptions.serve(sink, { level, transport: 'sse', source, wish, first: start.first, token });
    },
  );
}

function addSocket(
  server: FastifyInstance,
  subscriptions: Subscriptions,
  { level, what, tags, query, begin }: Stream,
): void {
  const begun = new WeakMap<FastifyRequest, Begun>();
  server.get<{ Querystring: SubscriptionQuery }>(
    `/${level}/socket`,
    {
      exposeHeadRoute: false,
      websocket: true,
      schema: describe({
        ...{ tags, name: `${level}Socket`, summary: `${what}, over a WebSocket`, querystring: queryOf(query) },
        body: Type.String({ description: 'one entry a message: docs/reference/subscriptions.md' }),
      }),
      // What is refused is refused by an ordinary answer, before the protocol changes.
      preHandler: async (request) => {
        if (!request.ws) throw new UpgradeRequired('a WebSocket is opened here; for server-sent events ask .../events');
        subscriptions.checkRoom();
        begun.set(request, await begin(startsOf(request)));
      },
    },
    (socket, request) => {
      const { source, start, wish } = begun.get(request) as Begun;
      const sink = socketSink(socket, subscriptions.slowReaderMs);
      const token = identifiedBy(request)?.token ?? null;
      subscriptions.serve(sink, { level, transport: 'websocket', source, wish, first: start.first, token });
    },
  );
}

/** What pages of other places need to read an answer; it was set before the answer was taken out of the framework's hands. */
function headersForOthers(reply: FastifyReply): Readonly<Record<string, string>> {
  const set = Object.entries(reply.getHeaders()).filter(
    ([name]) => name === 'vary' || name.startsWith('access-control-'),
  );
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}

/** What was said of the beginning: a browser that connects again says it in a header. */
function startsOf({ query, headers }: FastifyRequest<{ Querystring: SubscriptionQuery }>): SubscriptionQuery {
  const last = headers['last-event-id'];
  if (typeof last !== 'string' || last === '') return query;
  const { from, after, ...rest } = query;
  return { ...rest, after: last };
}
