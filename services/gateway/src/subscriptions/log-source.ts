import { createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import type { Cursor, LogChange, OperationLog } from '@virtualchain/operation-log';
import {
  QuestionInvalid,
  Ring,
  type Source,
  sharedReads,
  type Tip,
  type Unit,
  untilFound,
  Waiters,
} from '@virtualchain/subscriptions';
import { CURSORS_KNOWN_MAX, LOG_RETRY, READ_CHARACTERS_MAX, RING_CHARACTERS_MAX } from '../limits.ts';
import { logCursor, logStart, logUnit, readLogCursorText } from './log-unit.ts';

/** Which log is served, and how. */
export interface LogSourceOptions {
  readonly log: OperationLog;
  readonly topic: string;
  /** Somewhere near the end of the log, where that is known; its beginning otherwise. */
  readonly nearEnd: () => Promise<Cursor | null>;
  readonly signal: AbortSignal;
  /** Hears of reads that failed; they are tried again. */
  readonly onRetry: (error: unknown) => void;
}

/**
 * The log of a virtual chain, read once for all subscribers at its end. Who is farther behind reads from its own cursor, which
 * the log is held to, a piece at a time.
 */
export class LogSource implements Source {
  readonly #options: LogSourceOptions;
  readonly #waiters = new Waiters();
  readonly #readFrom = sharedReads((cursor: string) => this.#someFrom(cursor));
  #ring = new Ring(RING_CHARACTERS_MAX);
  /** Cursors at which the ring can be entered. */
  #known = new Set<string>();
  #cursor: Cursor | null = null;
  #isAtEnd = false;

  constructor(options: LogSourceOptions) {
    this.#options = options;
    void this.#watch();
  }

  get tip(): Tip | null {
    const { height, hash } = this.#cursor ?? { height: null, hash: null };
    return height === null || hash === null ? null : { height, hash };
  }

  /** Behind everything that the log has: waits until its end was seen. Null for the signal, and for a log without a block. */
  async end(signal: AbortSignal): Promise<string | null> {
    while (!this.#isAtEnd && !signal.aborted && !this.#options.signal.aborted) await this.#waiters.wait(signal);
    return this.#isAtEnd && this.#cursor !== null ? logCursor(this.#cursor) : null;
  }

  placeOf(cursor: string): number {
    return this.#read(cursor).sequence;
  }

  unitsAfter(cursor: string, asker: AbortSignal): Promise<readonly Unit[]> {
    return untilFound(() => this.unitsNow(cursor), this.#waiters, { asker, gateway: this.#options.signal });
  }

  async unitsNow(cursor: string): Promise<readonly Unit[]> {
    const { sequence } = this.#read(cursor);
    // Only where the very cursor is known is the log known to be as it was there.
    const units = this.#known.has(cursor) ? this.#ring.after(sequence) : null;
    return units ?? this.#readFrom(cursor);
  }

  #read(cursor: string): Cursor {
    const read = readLogCursorText(cursor);
    if (read === null) throw new QuestionInvalid('after: this is no cursor of a log');
    return read;
  }

  /** Throws what the reader of the log throws. */
  async #someFrom(cursor: string): Promise<readonly Unit[]> {
    const units: Unit[] = [];
    let [before, size] = [cursor, 0];
    const { log, topic } = this.#options;
    for await (const { changes } of log.read(topic, { after: afterOf(this.#read(cursor)), untilEnd: true })) {
      for (const change of changes) {
        const unit = logUnit(change, before);
        units.push(unit);
        before = unit.after;
        size += unit.size;
        if (size > READ_CHARACTERS_MAX) return units;
      }
    }
    return units;
  }

  async #watch(): Promise<void> {
    const { log, topic, nearEnd, signal, onRetry } = this.#options;
    const waits = createBackOff(LOG_RETRY);
    while (!signal.aborted) {
      try {
        this.#cursor ??= await nearEnd();
        for await (const { changes, atEnd } of log.read(topic, { after: afterOf(this.#cursor), signal })) {
          for (const change of changes) this.#take(change);
          this.#isAtEnd ||= atEnd;
          if (changes.length > 0 || atEnd) this.#waiters.wake();
          waits.reset();
        }
      } catch (error) {
        onRetry(error);
        if (!(isExpectedError(error) && error.remedy === 'retry')) this.#forget(); // the log is another one than it was
        await wallClock.sleep(waits.nextMs(), signal);
      }
    }
    this.#waiters.wake();
  }

  #take(change: LogChange): void {
    const before = logCursor(this.#cursor ?? logStart(change.event.log));
    const unit = logUnit(change, before);
    this.#ring.push([unit]);
    this.#known.add(before).add(unit.after);
    this.#cursor = change.cursor;
    if (this.#known.size > CURSORS_KNOWN_MAX) this.#known = new Set([...this.#known].slice(-CURSORS_KNOWN_MAX / 2));
  }

  #forget(): void {
    this.#ring = new Ring(RING_CHARACTERS_MAX);
    this.#known.clear();
    this.#cursor = null;
    this.#isAtEnd = false;
  }
}

/** A cursor before the first record is the beginning. */
function afterOf(cursor: Cursor | null): Cursor | null {
  return cursor === null || cursor.sequence === 0 ? null : cursor;
}
