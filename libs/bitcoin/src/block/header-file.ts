import { ExpectedError } from '@virtualchain/kernel';
import { joinBytes } from '../encoding/bytes.ts';
import { type BlockHeader, headerLength, parseHeader, serializeHeader } from './header.ts';

/** The original's file of headers: one record for each height from 0, the header and a zero (a transaction count). */
const recordBytes = headerLength + 1;

/** Bytes that are not whole records. */
export class HeaderFileMalformed extends ExpectedError {
  override readonly name = 'HeaderFileMalformed';
  readonly code = 'HEADER_FILE_MALFORMED';
  readonly remedy = 'halt';
}

/** The height of the last whole record in a file of `size` bytes; −1 when there is none. */
export function headerFileHeight(size: number): number {
  return Math.floor(size / recordBytes) - 1;
}

/**
 * All headers of a file, to be verified by a `HeaderChain`. The original loaded the first one only (spec §11 row 3).
 * @throws HeaderFileMalformed
 */
export function parseHeaderFile(file: Uint8Array): readonly BlockHeader[] {
  if (file.length % recordBytes !== 0) {
    throw new HeaderFileMalformed(`${file.length} bytes are not whole records of ${recordBytes}`);
  }
  return Array.from({ length: file.length / recordBytes }, (_, height) => {
    const start = height * recordBytes;
    if (file[start + headerLength] !== 0) throw new HeaderFileMalformed(`record ${height} does not end with a zero`);
    return parseHeader(file.subarray(start, start + headerLength));
  });
}

/** Headers one behind the other, each followed by a zero byte: the file of headers that the original kept. */
export function serializeHeaderFile(headers: readonly BlockHeader[]): Uint8Array {
  return joinBytes(headers.flatMap((header) => [serializeHeader(header), Uint8Array.of(0)]));
}
