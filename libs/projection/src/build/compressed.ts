import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { chunkSizeFor, chunkSizeOfFrame } from '@virtualchain/kernel';
import { RECORDS_COMPRESSION_LEVEL } from '../limits.ts';

/** About how many times as many bytes come out as went in. */
const RATIO = 4;
const PARAMETERS = {
  params: {
    [constants.ZSTD_c_compressionLevel]: RECORDS_COMPRESSION_LEVEL,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

/**
 * zstd with a checksum. It is told how much there is: without that it takes the room for a megabyte, and five times as long for
 * the few bytes that most blocks have. A megabyte takes half a millisecond; beside the main thread it takes a third more, and three
 * pieces of room instead of one.
 */
export function compressed(bytes: Uint8Array): Buffer {
  const chunkSize = chunkSizeFor(Math.ceil(bytes.length / RATIO));
  return zstdCompressSync(bytes, { ...PARAMETERS, pledgedSrcSize: bytes.length, chunkSize });
}

/** @throws what zlib says of bytes that it cannot read. */
export function decompressed(bytes: Uint8Array): Buffer {
  return zstdDecompressSync(bytes, { chunkSize: chunkSizeOfFrame(bytes, RATIO) });
}
