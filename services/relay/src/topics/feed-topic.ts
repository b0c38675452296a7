import { type Clock, createBackOff, isExpectedError } from '@virtualchain/kernel';
import { type Broker, type OrderedTopic, type OutgoingRecord, openOrderedTopic } from '@virtualchain/operation-log';
import type { Registry } from '@virtualchain/projection';
import {
  carriedOver,
  FeedGone,
  type FeedPlaces,
  type FeedSource,
  feedStart,
  readFeedCursor,
  type Start,
  selectionOf,
  type Told,
} from '@virtualchain/subscriptions';
import { FEED_RETRY } from '../limits.ts';

/** What a feed is written to a topic with. */
export interface FeedTopicOptions {
  readonly topic: string;
  readonly broker: Broker;
  readonly registry: Registry;
  readonly clock: Clock;
  /** The feed that is live now. Throws as reads do. */
  readonly feed: () => Promise<FeedPlaces>;
  /** Hears how many entries were written. */
  readonly onWritten: (topic: string, entries: number) => void;
  /** Hears of what keeps the topic from being written; it is tried again. */
  readonly onProblem: (topic: string, error: unknown) => void;
}

/**
 * Writes the feed of a machine to a topic, each entry once. The topic is its only memory: whoever writes fences the one before, reads the
 * last record, and goes on behind the position that it names; blocks are written whole, in transactions.
 */
export class FeedTopic {
  readonly #options: FeedTopicOptions;
  #source: FeedSource | null = null;
  #cursor: string | null = null;
  #problem: string | null = null;

  constructor(options: FeedTopicOptions) {
    this.#options = options;
  }

  get topic(): string {
    return this.#options.topic;
  }

  /** Everything of the feed up to it is in the topic; null before that is known. */
  get cursor(): string | null {
    return this.#cursor;
  }

  /** A code where it cannot be written; null else. */
  get problem(): string | null {
    return this.#problem;
  }

  /** How many entries of the feed are not in the topic yet; null where that is not known. */
  get behindEntries(): number | null {
    if (this.#source === null || this.#cursor === null) return null;
    const [end, done] = [readFeedCursor(this.#source.cursor), readFeedCursor(this.#cursor)];
    return end === null || done?.feed !== end.feed ? null : Math.max(0, end.position - done.position);
  }

  /** Writes until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { topic, broker, clock, onProblem } = this.#options;
    const waits = createBackOff(FEED_RETRY, clock.jitter);
    while (!signal.aborted) {
      try {
        await using writer = await openOrderedTopic(broker, topic, `${topic}.relay`);
        await this.#write(writer, signal, () => waits.reset());
      } catch (error) {
        if (signal.aborted) return;
        const isElsewhere = error instanceof FeedGone && this.#source !== null;
        this.#source = null;
        if (isElsewhere) continue; // another build went live: it is looked there first, and told of where nothing leads on
        this.#problem = isExpectedError(error) ? error.code : 'BUG';
        onProblem(topic, error);
        await clock.sleep(waits.nextMs(), signal);
      }
    }
  }

  async #write(writer: OrderedTopic, signal: AbortSignal, onNews: () => void): Promise<void> {
    const places = await this.#options.feed();
    const { source } = places;
    const { cursor, first } = await this.#start(places, writer);
    source.checkThere(source.placeOf(cursor));
    this.#source = source;
    this.#cursor = cursor;
    this.#problem = null;
    await this.#append(
      writer,
      first.map((entry) => recordOf(entry, heightIn(entry))),
    );
    for (let at = cursor; !signal.aborted; ) {
      const units = await source.unitsAfter(at, signal);
      const records = units.flatMap((unit) => unit.told(EVERYTHING).map((entry) => recordOf(entry, unit.height)));
      await this.#append(writer, records);
      at = units.at(-1)?.after ?? at;
      this.#cursor = at;
      onNews();
    }
  }

  /** Behind the last record; from the start, with the rows that a machine begins with, in an empty topic. @throws FeedGone */
  async #start(places: FeedPlaces, { last }: OrderedTopic): Promise<Start> {
    if (last === null) return feedStart(places, { from: 'start' });
    const { source, instance } = places;
    const cursor = cursorIn(last.value);
    if (readFeedCursor(cursor)?.feed === source.id) return { cursor, first: [] };
    const carried = await carriedOver(places, this.#options.registry, cursor);
    if (carried === null) throw new FeedGone(instance.machine.name, null);
    return { cursor: carried, first: [] };
  }

  async #append(writer: OrderedTopic, records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return;
    await writer.append(records);
    this.#options.onWritten(this.topic, records.length);
  }
}

const EVERYTHING = selectionOf({});

/** An entry as a record: the key is the height of its block, headers are those of CloudEvents. */
function recordOf({ kind, cursor, text }: Told, height: number): OutgoingRecord {
  return { key: String(height), value: Buffer.from(text), type: kind, id: cursor, time: new Date().toISOString() };
}

/** Of the rows that a machine begins with, which are no block. */
function heightIn({ text }: Told): number {
  return (JSON.parse(text) as { readonly height: number }).height;
}

/** Of a record of ours; of any other what no feed has. */
function cursorIn(value: Uint8Array): string {
  try {
    const { cursor } = JSON.parse(Buffer.from(value).toString('utf8')) as { readonly cursor?: unknown };
    return typeof cursor === 'string' ? cursor : '';
  } catch {
    return '';
  }
}
