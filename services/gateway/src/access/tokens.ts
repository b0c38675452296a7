import { findHolder, type Holder } from '@virtualchain/access';
import type { Db } from '@virtualchain/projection';
import { TOKEN_KEPT_MS, TOKENS_KEPT_MAX } from '../limits.ts';
import { TokenInvalid } from './errors.ts';

interface Kept {
  readonly at: number;
  readonly holder: Promise<Holder | null>;
}

interface Watched {
  readonly gone: AbortController;
  users: number;
}

/** The tokens of a database, each looked up at most every few seconds: so long may one that was revoked still open a door. */
export class Tokens implements Disposable {
  readonly #db: Db;
  readonly #kept = new Map<string, Kept>();
  /** Tokens of open subscriptions. */
  readonly #watched = new Map<string, Watched>();
  readonly #looking: ReturnType<typeof setInterval>;

  constructor(db: Db) {
    this.#db = db;
    this.#looking = setInterval(() => void this.#look(), TOKEN_KEPT_MS).unref();
  }

  /** Null for what is no token, was revoked or has expired. @throws DatabaseUnavailable, DatabaseRefused */
  find(token: string): Promise<Holder | null> {
    const now = performance.now();
    const known = this.#kept.get(token);
    if (known !== undefined && now - known.at < TOKEN_KEPT_MS) return known.holder;
    const holder = findHolder(this.#db, token);
    this.#kept.delete(token);
    this.#kept.set(token, { at: now, holder });
    const forget = (): void => void this.#kept.delete(token);
    // What is no token is not worth room, and what failed is asked again.
    holder.then((found) => (found === null ? forget() : undefined), forget);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > TOKENS_KEPT_MAX && oldest !== undefined) this.#kept.delete(oldest);
    return holder;
  }

  /** Fires, with the reason, once a token is not valid any more. To be given back. */
  watch(token: string): { readonly gone: AbortSignal; release(): void } {
    const watched = this.#watched.get(token) ?? { gone: new AbortController(), users: 0 };
    watched.users += 1;
    this.#watched.set(token, watched);
    return {
      gone: watched.gone.signal,
      release: () => {
        watched.users -= 1;
        if (watched.users === 0 && this.#watched.get(token) === watched) this.#watched.delete(token);
      },
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#looking);
  }

  async #look(): Promise<void> {
    for (const [token, { gone }] of [...this.#watched]) {
      const holder = await this.find(token).catch(() => undefined); // a database that is away ends nothing
      if (holder !== null) continue;
      this.#watched.delete(token);
      gone.abort(new TokenInvalid('the token was revoked or has expired'));
    }
  }
}
