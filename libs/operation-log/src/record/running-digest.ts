import { createHash, type Hash } from 'node:crypto';
import { JOINED_BYTES } from '../limits.ts';

/** SHA-256 over values one behind the other, a digest after another. */
export class RunningDigest {
  #hash: Hash = createHash('sha256');
  readonly #joined = Buffer.allocUnsafe(JOINED_BYTES);
  #length = 0;

  update(value: Uint8Array): void {
    if (this.#length + value.length > JOINED_BYTES) this.#flush();
    if (value.length > JOINED_BYTES) {
      this.#hash.update(value);
      return;
    }
    this.#joined.set(value, this.#length);
    this.#length += value.length;
  }

  /** The digest as hex of all values since the last one; the next begins with nothing. */
  taken(): string {
    this.#flush();
    const digest = this.#hash.digest('hex');
    this.clear();
    return digest;
  }

  /** Begins again with nothing. */
  clear(): void {
    this.#length = 0;
    this.#hash = createHash('sha256');
  }

  #flush(): void {
    if (this.#length > 0) this.#hash.update(this.#joined.subarray(0, this.#length));
    this.#length = 0;
  }
}
