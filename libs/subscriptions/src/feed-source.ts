import { wallClock } from '@virtualchain/kernel';
import type { Feed, FeedEnd } from '@virtualchain/projection';
import { CursorAhead, FeedGone } from './errors.ts';
import { feedCursor, feedUnit, readFeedCursor } from './feed-unit.ts';
import { FEED_POLL_MS, FEED_RING_CHARACTERS_MAX } from './limits.ts';
import { Ring } from './ring.ts';
import { sharedReads } from './shared-reads.ts';
import type { Source, Tip, Unit } from './unit.ts';
import { untilFound, Waiters } from './waiters.ts';

/** What a feed is served from. */
export interface FeedSourceOptions {
  readonly feed: Feed;
  /** The machine, for messages. */
  readonly machine: string;
  readonly signal: AbortSignal;
  /** Hears of reads that failed; they are tried again. */
  readonly onRetry: (error: unknown) => void;
  /** Hears of blocks that subscribers at the end can be told, and how long it took to read them. */
  readonly onFollowed?: ((units: readonly Unit[], tookMs: number) => void) | undefined;
}

/**
 * The feed of one build, read once for all subscribers at its end: what is new is looked for a few times a second and kept
 * for a while. Who is farther behind reads from the database, and who asks for the same shares one read. When another build
 * is live, this feed is over.
 */
export class FeedSource implements Source {
  readonly id: string;
  readonly #options: FeedSourceOptions;
  readonly #ring = new Ring(FEED_RING_CHARACTERS_MAX);
  readonly #waiters = new Waiters();
  readonly #read = sharedReads(async (place: number) => {
    const { end, blocks } = await this.#options.feed.blocksAfter(place);
    if (end.feed !== this.id) throw this.#gone();
    return blocks.map((block) => feedUnit(this.id, block));
  });
  #end: FeedEnd;
  #isGone = false;
  #looking: Promise<void> | null = null;

  private constructor(options: FeedSourceOptions, end: FeedEnd) {
    this.#options = options;
    this.#end = end;
    this.id = end.feed;
  }

  /** The feed that is live now. Throws as reads do. */
  static async open(options: FeedSourceOptions): Promise<FeedSource> {
    const source = new FeedSource(options, await options.feed.end());
    void source.#watch();
    return source;
  }

  get feed(): Feed {
    return this.#options.feed;
  }

  get tip(): Tip | null {
    const { height, hash } = this.#end;
    return height === null || hash === null ? null : { height, hash };
  }

  /** Where everything is that is there now. */
  get cursor(): string {
    return feedCursor(this.id, this.#end.position);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  placeOf(cursor: string): number {
    const read = readFeedCursor(cursor);
    if (read?.feed !== this.id) throw new FeedGone(this.#options.machine, null);
    return read.position;
  }

  /** @throws CursorAhead for a position that is not here yet */
  checkThere(place: number): void {
    const { position } = this.#end;
    if (place <= position) return;
    const { machine } = this.#options;
    throw new CursorAhead(
      `position ${place} of ${machine} is not here yet, this gateway has ${position}; ask again, or another gateway`,
    );
  }

  /** Looks for what is new now, whoever asks: what was committed before is known afterwards. Throws as reads do. */
  async refresh(): Promise<void> {
    await this.#looking; // it may have begun before
    this.#looking ??= this.#look().finally(() => {
      this.#looking = null;
    });
    await this.#looking;
  }

  unitsAfter(cursor: string, asker: AbortSignal): Promise<readonly Unit[]> {
    return untilFound(() => this.unitsNow(cursor), this.#waiters, { asker, gateway: this.#options.signal });
  }

  async unitsNow(cursor: string): Promise<readonly Unit[]> {
    if (this.#isGone) throw new FeedGone(this.#options.machine, null);
    const place = this.placeOf(cursor);
    this.checkThere(place);
    if (place === this.#end.position) return [];
    const units = this.#ring.after(place) ?? (await this.#read(place));
    // A read may find what was committed since the last look. It is told after the next one: a cursor of it would be ahead till then.
    return units.filter(({ lastPlace }) => lastPlace <= this.#end.position);
  }

  async #watch(): Promise<void> {
    const { signal, onRetry } = this.#options;
    while (!signal.aborted && !this.#isGone) {
      try {
        await this.refresh();
      } catch (error) {
        onRetry(error);
      }
      await wallClock.sleep(FEED_POLL_MS, signal);
    }
    this.#waiters.wake();
  }

  async #look(): Promise<void> {
    const end = await this.#options.feed.end();
    if (end.feed !== this.id) this.#gone();
    else if (end.position !== this.#end.position) await this.#follow(end);
  }

  /** Takes in what is new, as much as is soon read at a time. */
  async #follow(end: FeedEnd): Promise<void> {
    while (this.#end.position < end.position && !this.#options.signal.aborted) {
      const beganMs = performance.now();
      const units = await this.#read(this.#end.position);
      const last = units.at(-1);
      if (last === undefined) return;
      this.#ring.push(units);
      this.#end = { ...end, position: last.lastPlace };
      this.#waiters.wake();
      this.#options.onFollowed?.(units, performance.now() - beganMs);
    }
  }

  #gone(): FeedGone {
    this.#isGone = true;
    this.#waiters.wake();
    return new FeedGone(this.#options.machine, null);
  }
}
