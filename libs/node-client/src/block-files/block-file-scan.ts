import type { FileHandle } from 'node:fs/promises';
import { type BlockHash, headerHash, headerLength } from '@virtualchain/bitcoin';
import { BLOCK_FILE_WINDOW_BYTES, BLOCK_RECORD_BYTES_MAX } from '../limits.ts';
import { unmask } from './mask.ts';

/** What stands in front of a block: four bytes that are the network's, and its length. */
export const recordHeadBytes = 8;

/** Where a block begins in its file. */
interface PlacedBlock {
  readonly hash: BlockHash;
  readonly at: number;
}

/** Goes through one file as far as it is written, and on from there when it has grown. */
export class BlockFileScan {
  readonly #mask: Uint8Array;
  readonly #magic: Uint8Array;
  #position = 0;
  #window: { readonly at: number; readonly bytes: Uint8Array } = { at: 0, bytes: new Uint8Array(0) };

  constructor({ mask, magic }: { readonly mask: Uint8Array; readonly magic: Uint8Array }) {
    this.#mask = mask;
    this.#magic = magic;
  }

  /** The blocks that were not named yet. What is between blocks is passed over: zeros, and what a crash left half written. */
  async *rest(handle: FileHandle): AsyncGenerator<PlacedBlock> {
    this.#window = { at: 0, bytes: new Uint8Array(0) };
    const { size } = await handle.stat();
    let at = this.#position;
    while (at + recordHeadBytes + headerLength <= size) {
      const head = await this.#bytesAt(handle, at, recordHeadBytes + headerLength);
      const length = this.#lengthIn(head);
      if (length === null) {
        at += await this.#skip(handle, at, size);
        continue;
      }
      if (at + recordHeadBytes + length > size) break; // being written
      yield { hash: headerHash(head.subarray(recordHeadBytes)), at: at + recordHeadBytes };
      at += recordHeadBytes + length;
      this.#position = at;
    }
    this.#window = { at: 0, bytes: new Uint8Array(0) };
  }

  /** Null where no block begins. */
  #lengthIn(head: Uint8Array): number | null {
    if (head.length < recordHeadBytes + headerLength) return null;
    if (!this.#magic.every((byte, i) => head[i] === byte)) return null;
    const length = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
    return length > headerLength && length <= BLOCK_RECORD_BYTES_MAX ? length : null;
  }

  /** How far it is to the next place where a block may begin. */
  async #skip(handle: FileHandle, at: number, size: number): Promise<number> {
    const bytes = await this.#bytesAt(handle, at, Math.min(BLOCK_FILE_WINDOW_BYTES, size - at));
    const [first] = this.#magic;
    for (let i = 1; i < bytes.length; i += 1) {
      if (bytes[i] === first && this.#magic.every((byte, k) => bytes[i + k] === undefined || bytes[i + k] === byte))
        return i;
    }
    return Math.max(1, bytes.length);
  }

  async #bytesAt(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
    const inWindow = at - this.#window.at;
    if (inWindow < 0 || inWindow + length > this.#window.bytes.length) {
      const bytes = new Uint8Array(Math.max(length, BLOCK_FILE_WINDOW_BYTES));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, at);
      this.#window = { at, bytes: unmask(bytes.subarray(0, bytesRead), this.#mask, at) };
      return this.#window.bytes.subarray(0, length);
    }
    return this.#window.bytes.subarray(inWindow, inWindow + length);
  }
}
