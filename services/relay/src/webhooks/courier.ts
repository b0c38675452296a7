import { type CarriedWebhook, saveCursor, saveDelivered, saveFailure } from '@virtualchain/access';
import { type BackOff, type Clock, createBackOff, isExpectedError } from '@virtualchain/kernel';
import type { Db, Registry } from '@virtualchain/projection';
import {
  carriedOver,
  deliver,
  FeedGone,
  type FeedPlaces,
  type FeedSource,
  feedStart,
  readFeedCursor,
  type Start,
  selectionOf,
} from '@virtualchain/subscriptions';
import { createPoster, type Outcome, type Policy, type Poster, signedHeaders } from '@virtualchain/webhooks';
import {
  DATABASE_RETRY,
  DELIVERY_RETRIES_TOLD_APART_MAX,
  DELIVERY_RETRY,
  FEED_RETRY,
  SILENT_SAVE_MS,
  SLOW_DELIVERY_MS,
} from '../limits.ts';
import { deliveryOf } from './delivery.ts';
import type { Health, Lanes } from './lanes.ts';
import { type Piece, piecesOf } from './pieces.ts';

/** What a webhook is carried with. */
export interface CourierOptions {
  readonly registry: Registry;
  readonly db: Db;
  readonly lanes: Lanes;
  readonly policy: Policy;
  readonly clock: Clock;
  /** The feed that is live now. Throws as reads do. */
  readonly feed: () => Promise<FeedPlaces>;
  /** How long a receiver is waited for; the usual time when absent. */
  readonly timeoutMs?: number;
  readonly onOutcome: (webhook: CarriedWebhook, outcome: Outcome, tookMs: number) => void;
  /** Hears of what keeps the feed from being read, or leads nowhere; it is tried again. */
  readonly onProblem: (webhook: CarriedWebhook, error: unknown) => void;
}

/** The webhook is gone or was begun anew, by its owner or another relay: whoever carries it by its new cursor is another courier. */
class Superseded extends Error {}

/** Carries the entries of one webhook, one delivery after another, each as often as it takes. */
export class Courier {
  readonly #options: CourierOptions;
  readonly #waits: BackOff;
  #webhook: CarriedWebhook;
  #poster: Poster | null = null;
  #health: Health = 'well';
  /** What is waited for; a resume ends it. */
  #pause = new AbortController();
  /** Up to where all is done, and up to where that is kept. */
  #done: string;
  #kept: string;
  #keptAt: number;
  /** Saves come one after another. */
  #saving: Promise<unknown> = Promise.resolve();
  #problem: string | null = null;
  #source: FeedSource | null = null;
  #signal: AbortSignal | null = null;

  constructor(webhook: CarriedWebhook, options: CourierOptions) {
    this.#webhook = webhook;
    this.#options = options;
    this.#waits = createBackOff(DELIVERY_RETRY, options.clock.jitter);
    for (let i = 0; i < Math.min(webhook.failures, DELIVERY_RETRIES_TOLD_APART_MAX); i++) this.#waits.nextMs();
    [this.#done, this.#kept, this.#keptAt] = [webhook.cursor, webhook.cursor, options.clock.now()];
  }

  get generation(): number {
    return this.#webhook.generation;
  }

  /** A code where the feed does not lead on; null else. */
  get problem(): string | null {
    return this.#problem;
  }

  /** How many entries of the feed are not done with; null where that is not known. */
  get behindEntries(): number | null {
    if (this.#source === null) return null;
    const end = readFeedCursor(this.#source.cursor);
    const done = this.#done === 'start' ? { feed: end?.feed, position: 0 } : readFeedCursor(this.#done);
    return end === null || done?.feed !== end.feed ? null : Math.max(0, end.position - done.position);
  }

  /** Takes what owners change without beginning anew, and keeps how far all is done where there was nothing to tell. */
  async update(webhook: CarriedWebhook): Promise<void> {
    const { failures, nextTryAt, secrets, isPaused, isOwnerValid, owner } = webhook;
    this.#webhook = { ...this.#webhook, secrets, isPaused, isOwnerValid, owner };
    if (failures > 0 && nextTryAt === null) this.#pause.abort(); // its owner resumed it
    await this.#saveSilent().catch(() => undefined); // whoever carries it meets the same, or it is tried again
  }

  /** Carries until the signal, or until another courier has to. */
  async run(signal: AbortSignal): Promise<void> {
    const { policy, timeoutMs, clock, onProblem } = this.#options;
    const { url } = this.#webhook;
    using poster = createPoster({ url, policy, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    this.#poster = poster;
    this.#signal = signal;
    const waits = createBackOff(FEED_RETRY, clock.jitter);
    while (!signal.aborted) {
      try {
        await this.#carry(signal, () => waits.reset());
      } catch (error) {
        if (signal.aborted || error instanceof Superseded) return;
        const isElsewhere = error instanceof FeedGone && this.#source !== null;
        this.#source = null;
        if (isElsewhere) continue; // another build went live: it is looked there first, and told of where nothing leads on
        this.#problem = isExpectedError(error) ? error.code : 'BUG';
        onProblem(this.#webhook, error);
        await clock.sleep(waits.nextMs(), signal);
      }
    }
  }

  async #carry(signal: AbortSignal, onNews: () => void): Promise<void> {
    const { filter, blocks, confirmations } = this.#webhook;
    const places = await this.#options.feed();
    const { source } = places;
    const start = await this.#start(places);
    const selection = selectionOf({ blocks, ...(filter === null ? {} : { filter }) });
    this.#source = source;
    this.#problem = null;
    for (const piece of piecesOf(start.first, start.cursor)) await this.#hand(piece, signal);
    for await (const { told, cursor } of deliver(source, { after: start.cursor, selection, confirmations }, signal)) {
      onNews();
      for (const piece of piecesOf(told, cursor)) await this.#hand(piece, signal);
      this.#done = cursor;
      await this.#saveSilent();
    }
  }

  /** Where it goes on: in another build's feed where the one that it was in is not live any more. @throws FeedGone where nothing leads on */
  async #start(places: FeedPlaces): Promise<Start> {
    const { source, instance } = places;
    if (this.#done === 'start') return feedStart(places, { from: 'start' });
    const at = readFeedCursor(this.#done);
    if (at !== null && at.feed !== source.id) {
      const cursor = await carriedOver(places, this.#options.registry, this.#done);
      if (cursor === null) throw new FeedGone(instance.machine.name, null);
      await this.#save((webhook) => saveCursor(this.#options.db, webhook, cursor));
      this.#done = cursor;
    }
    source.checkThere(source.placeOf(this.#done));
    return { cursor: this.#done, first: [] };
  }

  /** Delivers a piece, however often that has to be tried. */
  async #hand(piece: Piece, signal: AbortSignal): Promise<void> {
    const { db, clock } = this.#options;
    const { nextTryAt } = this.#webhook;
    if (nextTryAt !== null) await this.#rest(Date.parse(nextTryAt) - Date.now(), signal); // of the process before this one
    this.#webhook = { ...this.#webhook, nextTryAt: null };
    const delivery = deliveryOf(this.#webhook, piece);
    for (;;) {
      signal.throwIfAborted();
      const outcome = await this.#post(delivery, signal);
      const { status } = outcome;
      if (outcome.isAccepted) {
        const { cursor } = piece;
        await this.#save((webhook) => saveDelivered(db, webhook, { cursor, status }));
        this.#webhook = { ...this.#webhook, deliveries: this.#webhook.deliveries + 1, failures: 0 };
        [this.#done, this.#kept, this.#keptAt] = [cursor, cursor, clock.now()];
        this.#waits.reset();
        return;
      }
      signal.throwIfAborted();
      const waitMs = Math.max(this.#waits.nextMs(), outcome.retryAfterMs ?? 0);
      await this.#save((webhook) => saveFailure(db, webhook, { status, waitMs }));
      this.#webhook = { ...this.#webhook, failures: this.#webhook.failures + 1 };
      await this.#rest(waitMs, signal);
    }
  }

  async #post({ id, body }: ReturnType<typeof deliveryOf>, signal: AbortSignal): Promise<Outcome> {
    const { lanes, clock, onOutcome } = this.#options;
    return lanes(this.#health, async () => {
      const begun = clock.now();
      const { secrets } = this.#webhook;
      const headers = signedHeaders({ id, body, secrets, now: Date.now() });
      const outcome = await (this.#poster as Poster).post(body, headers, signal);
      const tookMs = clock.now() - begun;
      this.#health = outcome.isAccepted && tookMs < SLOW_DELIVERY_MS ? 'well' : 'ailing';
      if (!signal.aborted) onOutcome(this.#webhook, outcome, tookMs);
      return outcome;
    });
  }

  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    this.#pause = new AbortController();
    await this.#options.clock.sleep(ms, AbortSignal.any([signal, this.#pause.signal]));
  }

  /** Keeps how far all is done where nothing was told for a while. */
  async #saveSilent(): Promise<void> {
    const { db, clock } = this.#options;
    if (this.#done === this.#kept || clock.now() - this.#keptAt < SILENT_SAVE_MS) return;
    await this.#save((webhook) => {
      [this.#kept, this.#keptAt] = [this.#done, clock.now()];
      return saveCursor(db, webhook, this.#done);
    });
  }

  /**
   * Writes where the webhook stands, as often as that takes: what was delivered is not delivered again because a database was away.
   *
   * @throws Superseded
   */
  async #save(write: (webhook: CarriedWebhook) => Promise<boolean>): Promise<void> {
    const saving = this.#saving.then(async () => {
      const waits = createBackOff(DATABASE_RETRY);
      for (;;) {
        try {
          if (await write(this.#webhook)) return;
          throw new Superseded();
        } catch (error) {
          if (!isExpectedError(error) || error.remedy !== 'retry') throw error;
          if (this.#signal?.aborted === true) throw error;
          this.#options.onProblem(this.#webhook, error);
          await this.#options.clock.sleep(waits.nextMs(), this.#signal ?? undefined);
        }
      }
    });
    this.#saving = saving.catch(() => undefined);
    await saving;
  }
}
