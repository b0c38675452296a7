import { type FileHandle, open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BlockHash, headerHash, headerLength, type NetworkName, networkByGenesis } from '@virtualchain/bitcoin';
import { ExpectedError, errorText } from '@virtualchain/kernel';
import { BLOCK_FILE_BYTES_MAX, BLOCK_RECORD_BYTES_MAX, GROWING_FILES_MAX } from '../limits.ts';
import { BlockFileScan, recordHeadBytes } from './block-file-scan.ts';
import { unmask } from './mask.ts';

/** The block files of a Bitcoin Core node on this machine, `blk*.dat`: blocks without asking the node for each. */
export interface BlockFiles extends AsyncDisposable {
  /**
   * The bytes of a block, null when no file has it: ask the node then. Its header is checked against the hash; the rest is
   * for `verifyBlock`, as with a block from the node.
   *
   * @throws BlockFilesUnusable when a file that was there cannot be read any more.
   */
  block(hash: BlockHash): Promise<Uint8Array | null>;
}

/** The folder is none that a node keeps its blocks in, or is another network's, or cannot be read. */
export class BlockFilesUnusable extends ExpectedError {
  override readonly name = 'BlockFilesUnusable';
  readonly code = 'BLOCK_FILES_UNUSABLE';
  readonly remedy = 'halt';

  constructor(directory: string, why: string, options?: ErrorOptions) {
    super(`block files in ${directory}: ${why}; name the folder "blocks" of a node's data, or leave it out`, options);
  }
}

/**
 * Opens the folder `blocks` of a node's data. Files are looked through in their order, and only as far as it takes to find
 * what is asked for: a node writes blocks about in the order of the chain. About 70 bytes of memory are kept for each block.
 *
 * @throws BlockFilesUnusable
 */
export async function openBlockFiles(directory: string, network: NetworkName): Promise<BlockFiles> {
  try {
    const mask = await readMask(directory);
    const [first] = await fileNames(directory);
    if (first === undefined) throw new BlockFilesUnusable(directory, 'there is no blk*.dat');
    const head = await readHead(join(directory, first), mask);
    const found = headerHash(head.subarray(recordHeadBytes));
    const theirs = networkByGenesis(found);
    if (numberOf(first) === 0 && theirs !== network) {
      throw new BlockFilesUnusable(
        directory,
        `they begin with block ${found}, of ${theirs ?? 'no known network'}, not of ${network}`,
      );
    }
    return new CoreBlockFiles(directory, { mask, magic: head.slice(0, 4) });
  } catch (error) {
    if (error instanceof BlockFilesUnusable) throw error;
    throw new BlockFilesUnusable(directory, errorText(error), { cause: error });
  }
}

/** How the files of a folder are written. */
interface Format {
  /** Bytes that stand over those of the file, again and again (Core 28 and later); none where all are zero. */
  readonly mask: Uint8Array;
  /** What every block begins with. */
  readonly magic: Uint8Array;
}

class CoreBlockFiles implements BlockFiles {
  readonly #directory: string;
  readonly #format: Format;
  /** File number times the largest file, plus the place of the block in it. */
  readonly #places = new Map<string, number>();
  readonly #scans = new Map<number, BlockFileScan>();
  #open: { readonly number: number; readonly handle: FileHandle } | null = null;
  /** One question at a time: they share the open file. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(directory: string, format: Format) {
    this.#directory = directory;
    this.#format = format;
  }

  block(hash: BlockHash): Promise<Uint8Array | null> {
    const asked = this.#last.then(() => this.#find(hash));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #find(hash: BlockHash): Promise<Uint8Array | null> {
    try {
      const key = keyOf(hash);
      const place = this.#places.get(key) ?? (await this.#scanFor(key));
      if (place === undefined) return null;
      const bytes = await this.#read(Math.floor(place / BLOCK_FILE_BYTES_MAX), place % BLOCK_FILE_BYTES_MAX);
      return bytes !== null && headerHash(bytes.subarray(0, headerLength)) === hash ? bytes : null;
    } catch (error) {
      if (isMissing(error)) return null; // the node has pruned the file since
      throw new BlockFilesUnusable(this.#directory, errorText(error), { cause: error });
    }
  }

  /** Looks through what has not been looked through, up to the block. */
  async #scanFor(key: string): Promise<number | undefined> {
    const names = await fileNames(this.#directory);
    for (const [index, name] of names.entries()) {
      const number = numberOf(name);
      const known = this.#scans.get(number);
      if (known !== undefined && index < names.length - GROWING_FILES_MAX) continue;
      const scan = known ?? new BlockFileScan(this.#format);
      this.#scans.set(number, scan);
      const handle = await this.#handleOf(number);
      for await (const { hash, at } of scan.rest(handle)) {
        this.#places.set(keyOf(hash), number * BLOCK_FILE_BYTES_MAX + at);
      }
      const place = this.#places.get(key);
      if (place !== undefined) return place;
    }
    return undefined;
  }

  /** The block at a place: its length stands in front of it. */
  async #read(number: number, at: number): Promise<Uint8Array | null> {
    const handle = await this.#handleOf(number);
    const head = await readAt(handle, { at: at - 4, length: 4, mask: this.#format.mask });
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0, true);
    if (length < headerLength || length > BLOCK_RECORD_BYTES_MAX) return null;
    const bytes = await readAt(handle, { at, length, mask: this.#format.mask });
    return bytes.length === length ? bytes : null;
  }

  async #handleOf(number: number): Promise<FileHandle> {
    if (this.#open?.number === number) return this.#open.handle;
    await this.#open?.handle.close();
    this.#open = null;
    const handle = await open(join(this.#directory, `blk${String(number).padStart(5, '0')}.dat`));
    this.#open = { number, handle };
    return handle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last;
    await this.#open?.handle.close();
    this.#open = null;
  }
}

/** Half of the hash, as few bytes as tell blocks apart: its zeros are at the other end. */
const keyOf = (hash: BlockHash): string => hash.slice(32);

async function readAt(
  handle: FileHandle,
  { at, length, mask }: { readonly at: number; readonly length: number; readonly mask: Uint8Array },
): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const { bytesRead } = await handle.read(bytes, 0, length, at);
  return unmask(bytes.subarray(0, bytesRead), mask, at);
}

async function readHead(path: string, mask: Uint8Array): Promise<Uint8Array> {
  const handle = await open(path);
  try {
    const head = await readAt(handle, { at: 0, length: recordHeadBytes + headerLength, mask });
    if (head.length < recordHeadBytes + headerLength) throw new RangeError(`${path} is shorter than a block header`);
    return head;
  } finally {
    await handle.close();
  }
}

async function readMask(directory: string): Promise<Uint8Array> {
  try {
    const mask = await readFile(join(directory, 'xor.dat'));
    return mask.some((byte) => byte !== 0) ? new Uint8Array(mask) : new Uint8Array(0);
  } catch (error) {
    if (isMissing(error)) return new Uint8Array(0); // before Core 28
    throw error;
  }
}

const FILE_NAME = /^blk(\d{5,})\.dat$/;
const numberOf = (name: string): number => Number(FILE_NAME.exec(name)?.[1]);

async function fileNames(directory: string): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => FILE_NAME.test(name));
  return names.sort((a, b) => numberOf(a) - numberOf(b));
}

function isMissing(error: unknown): boolean {
  return (error as { readonly code?: unknown } | null)?.code === 'ENOENT';
}
