import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { type BlockHash, bytesEqual, concatBytes, doubleSha256, uint32Bytes } from '@virtualchain/bitcoin';

/** What a node writes down, in the order in which it happened. */
export type ChainRecord =
  | { readonly kind: 'block'; readonly bytes: Uint8Array }
  /** The block, its scripts too, was found right. */
  | { readonly kind: 'verified' | 'invalidated' | 'reconsidered'; readonly hash: BlockHash };

/** A file of records, which grows at its end. */
export interface BlockFile extends Disposable {
  /** What was there when it was opened. */
  readonly records: readonly ChainRecord[];
  append(record: ChainRecord): void;
}

const KINDS = ['block', 'verified', 'invalidated', 'reconsidered'] as const;
const HEAD_BYTES = 8;
const CHECK_BYTES = 4;

/**
 * Opens the file, or makes it. A record is its length, four bytes of its double hash, its kind and its content. What was
 * cut short at the end when a process was killed is cut off. The disk is not waited for: a power cut may take the end.
 */
export function openBlockFile(path: string): BlockFile {
  const file = openSync(path, 'a+', 0o600);
  const bytes = new Uint8Array(readFileSync(path));
  const { records, end } = readRecords(bytes);
  if (end < fstatSync(file).size) ftruncateSync(file, end);
  return {
    records,
    append(record) {
      const content = record.kind === 'block' ? record.bytes : Buffer.from(record.hash, 'hex');
      const body = concatBytes(Uint8Array.of(KINDS.indexOf(record.kind)), content);
      const head = concatBytes(uint32Bytes(body.length), doubleSha256(body).subarray(0, CHECK_BYTES));
      writeSync(file, concatBytes(head, body));
    },
    [Symbol.dispose]() {
      closeSync(file);
    },
  };
}

function readRecords(bytes: Uint8Array): { readonly records: readonly ChainRecord[]; readonly end: number } {
  const records: ChainRecord[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  while (at + HEAD_BYTES <= bytes.length) {
    const next = at + HEAD_BYTES + view.getUint32(at, true);
    const body = bytes.subarray(at + HEAD_BYTES, next);
    const check = bytes.subarray(at + HEAD_BYTES - CHECK_BYTES, at + HEAD_BYTES);
    const kind = KINDS[body[0] ?? KINDS.length];
    if (next > bytes.length || kind === undefined || !bytesEqual(doubleSha256(body).subarray(0, CHECK_BYTES), check))
      break;
    const content = body.subarray(1);
    records.push(
      kind === 'block' ? { kind, bytes: content } : { kind, hash: Buffer.from(content).toString('hex') as BlockHash },
    );
    at = next;
  }
  return { records, end: at };
}
