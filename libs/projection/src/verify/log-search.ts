import type { ConnectedBlock, Cursor, LogChange, OperationLog } from '@virtualchain/operation-log';
import { AUDIT_FETCH_BYTES } from '../limits.ts';

/** The log that a projection was folded from. */
export interface AuditedLog {
  readonly log: OperationLog;
  readonly topic: string;
  readonly signal: AbortSignal;
}

/** Looks for the blocks of a branch in a log, lowest first: one read of it, held open, for all of them. */
export class LogSearch {
  readonly #source: AuditedLog;
  #reading: AsyncIterator<LogChange> | null = null;
  #after: Cursor | null = null;
  #found: ConnectedBlock | null = null;

  constructor(source: AuditedLog) {
    this.#source = source;
  }

  /**
   * The block that a record of the log connects; null where the log has no such record. A block that was folded was in the log
   * before, so the log's end is looked at once more when it was reached some time ago.
   *
   * @throws what `OperationLog.read` does; another call then begins where it was.
   */
  async find(block: Sought): Promise<ConnectedBlock | null> {
    if (this.#found !== null && isSame(this.#found, block)) return this.#found;
    const wasOpen = this.#reading !== null;
    this.#found = (await this.#findNext(block)) ?? (wasOpen ? await this.#findNext(block) : null);
    return this.#found;
  }

  async close(): Promise<void> {
    await this.#reading?.return?.();
    this.#reading = null;
  }

  /** Up to the log's end. */
  async #findNext(block: Sought): Promise<ConnectedBlock | null> {
    this.#reading ??= this.#read();
    try {
      for (;;) {
        const next = await this.#reading.next();
        if (next.done === true) break;
        const change = next.value;
        this.#after = change.cursor;
        if (change.kind === 'connected' && isSame(change, block)) return change;
      }
    } catch (error) {
      this.#reading = null;
      throw error;
    }
    this.#reading = null;
    return null;
  }

  async *#read(): AsyncGenerator<LogChange> {
    const { log, topic, signal } = this.#source;
    const options = { after: this.#after, untilEnd: true, signal, fetchBytes: AUDIT_FETCH_BYTES };
    for await (const { changes } of log.read(topic, options)) yield* changes;
  }
}

/** A block that was taken back may be connected again: by another record. */
interface Sought {
  readonly hash: string;
  readonly sequence: number;
}

function isSame({ event }: ConnectedBlock, { hash, sequence }: Sought): boolean {
  return event.hash === hash && event.sequence === sequence;
}
