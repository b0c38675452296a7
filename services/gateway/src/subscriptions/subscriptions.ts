import type { OperationLog } from '@virtualchain/operation-log';
import type { BlockTraces, Metrics } from '@virtualchain/process';
import { type Registry, readLogCursor, readLogPlace } from '@virtualchain/projection';
import {
  type FeedPlaces,
  FeedSources,
  type Selection,
  type Source,
  type Start,
  type Told,
  type Unit,
  type Wish,
} from '@virtualchain/subscriptions';
import type { Tokens } from '../access/tokens.ts';
import { problemOf } from '../problems.ts';
import type { ServedMachine } from '../served.ts';
import { LogSource } from './log-source.ts';
import type { LogPlaces } from './log-start.ts';
import { type PendingQuery, PendingSource, pendingStart } from './pending/pending-source.ts';
import type { Sink } from './sink.ts';
import { LogNotServed, TooManySubscribers } from './stream-ended.ts';
import { serveSubscriber } from './subscriber.ts';

/** Where the logs of the chains are. */
export interface ServedLogs {
  readonly log: OperationLog;
  /** The topic of a chain by its name. */
  readonly topicOf: (chain: string) => string;
}

export interface SubscriptionOptions {
  readonly registry: Registry;
  readonly served: readonly ServedMachine[];
  /** Null where feeds alone are served. */
  readonly logs: ServedLogs | null;
  /** Those by which subscribers came in; null where nobody needs one. */
  readonly tokens: Tokens | null;
  readonly subscribersMax: number;
  readonly heartbeatMs: number;
  readonly slowReaderMs: number;
  readonly metrics?: Metrics;
  readonly traces?: BlockTraces | null;
  readonly onBug: (error: unknown) => void;
  /** Hears of reads that failed, and are tried again. */
  readonly onRetry: (error: unknown) => void;
}

/** What a subscriber reads, and over what. */
export interface Subscription {
  readonly level: 'log' | 'feed' | 'pending';
  readonly transport: 'sse' | 'websocket';
  readonly source: Source;
  readonly wish: Wish;
  readonly first: readonly Told[];
  /** The token that it came in by, if any: when that ends, it does. */
  readonly token: string | null;
}

/** All streams that a gateway serves, each read once, and all who subscribe to them. */
export class Subscriptions implements AsyncDisposable {
  readonly heartbeatMs: number;
  readonly slowReaderMs: number;
  readonly #options: SubscriptionOptions;
  readonly #feeds: FeedSources;
  readonly #pending = new Map<ServedMachine, PendingSource>();
  readonly #logs = new Map<string, LogSource>();
  readonly #stopping = new AbortController();
  readonly #serving = new Set<Promise<void>>();
  readonly #counts: ReturnType<typeof countersOf> | null;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
    const { registry, onRetry } = options;
    const onFollowed = noting(options.traces ?? null);
    this.#feeds = new FeedSources({ registry, onRetry, onFollowed, signal: this.#stopping.signal });
    this.heartbeatMs = options.heartbeatMs;
    this.slowReaderMs = options.slowReaderMs;
    this.#counts = options.metrics === undefined ? null : countersOf(options.metrics);
  }

  get subscribers(): number {
    return this.#serving.size;
  }

  /** The feed of a machine's live build. Throws as reads do. */
  feed({ instance }: ServedMachine): Promise<FeedPlaces> {
    return this.#feeds.of(instance);
  }

  /** Where a subscriber to a machine's operations in no block begins. @throws QuestionInvalid, PendingNotServed, and as reads do */
  async pending(
    machine: ServedMachine,
    query: PendingQuery,
    selection: Selection,
  ): Promise<{ readonly source: PendingSource; readonly start: Start }> {
    const { registry, onRetry } = this.#options;
    const options = { registry, instance: machine.instance, signal: this.#stopping.signal, onRetry };
    const start = await pendingStart(options, query, selection);
    const known = this.#pending.get(machine);
    await known?.refresh();
    const source = known?.view === start.view && !known.isGone ? known : await PendingSource.open(options);
    this.#pending.set(machine, source);
    if (source.view !== start.view) return this.pending(machine, query, selection); // it was begun anew meanwhile
    return { source, start };
  }

  /** The log of a chain. @throws LogNotServed */
  log(chain: string): LogPlaces {
    const { logs, registry, served, onRetry } = this.#options;
    const machines = served.filter(({ instance }) => instance.chain.name === chain);
    const [first] = machines;
    if (logs === null || first === undefined)
      throw new LogNotServed(
        `the log of ${chain} is not served here: the gateway was not told where it is (--kafka-brokers)`,
      );
    const { log, topicOf } = logs;
    const topic = topicOf(chain);
    const signal = this.#stopping.signal;
    const nearEnd = () => readLogCursor(registry, first.instance).catch(() => null);
    const source = this.#logs.get(chain) ?? new LogSource({ log, topic, nearEnd, signal, onRetry });
    this.#logs.set(chain, source);
    return {
      ...{ source, log, topic, firstBlock: first.instance.chain.firstBlock },
      placeOf: async (block) => {
        for (const { instance } of machines) {
          const place = await readLogPlace(registry, instance, block);
          if (place !== null) return place;
        }
        return null;
      },
    };
  }

  /** @throws TooManySubscribers */
  checkRoom(): void {
    const { subscribersMax } = this.#options;
    if (this.#serving.size >= subscribersMax)
      throw new TooManySubscribers(`this gateway serves ${subscribersMax} subscribers already; try again later`);
  }

  /** Serves a subscriber over its sink until the end, which it is told. */
  serve(sink: Sink, { level, transport, source, wish, first, token }: Subscription): void {
    const { heartbeatMs, tokens, onBug } = this.#options;
    const signal = this.#stopping.signal;
    const watch = token === null ? null : (tokens?.watch(token) ?? null);
    const onSent = (entries: number): void => this.#counts?.entries.inc({ level }, entries);
    this.#counts?.subscribers.inc({ level, transport });
    const serving = serveSubscriber(sink, {
      source,
      wish,
      first,
      signal,
      gone: watch?.gone ?? null,
      heartbeatMs,
      onSent,
    }).then((ended) => {
      watch?.release();
      this.#counts?.subscribers.dec({ level, transport });
      this.#serving.delete(serving);
      if (ended === null) return;
      const told = problemOf(ended);
      if (told.code === 'BUG') onBug(ended);
      this.#counts?.ended.inc({ level, code: told.code });
      sink.say('end', null, JSON.stringify(told));
      sink.close(closeCodeOf(told.code));
    });
    this.#serving.add(serving);
  }

  /** Tells all subscribers that the gateway stops, and ends the reading. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#serving);
  }
}

/** Of RFC 6455 and the registry of close codes. */
function closeCodeOf(code: string): number {
  if (code === 'GATEWAY_STOPPING') return 1001;
  if (code === 'TOKEN_INVALID') return 1008;
  return code === 'SLOW_READER' ? 1013 : 1011;
}

function countersOf(metrics: Metrics) {
  return {
    subscribers: metrics.gauge({
      name: 'gateway_subscribers',
      help: 'Subscribers that are connected',
      labels: ['level', 'transport'],
    }),
    entries: metrics.counter({
      name: 'gateway_entries_sent_total',
      help: 'Entries that subscribers were sent',
      labels: ['level'],
    }),
    ended: metrics.counter({
      name: 'gateway_subscriptions_ended_total',
      help: 'Subscriptions that the gateway ended, by code',
      labels: ['level', 'code'],
    }),
  };
}

/** Notes in the trace of each block when it could be told. */
function noting(traces: BlockTraces | null): ((units: readonly Unit[], tookMs: number) => void) | undefined {
  if (traces === null) return undefined;
  return (units, tookMs) => {
    const endedMs = traces.now();
    for (const unit of units)
      if (unit.kind === 'connected') traces.step('tell', unit, { beganMs: endedMs - tookMs, endedMs });
  };
}
