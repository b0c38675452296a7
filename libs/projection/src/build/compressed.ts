import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompressSync } from 'node:zlib';
import { chunkSizeFor, chunkSizeOfFrame } from '@virtualchain/kernel';
import { RECORDS_COMPRESSION_LEVEL } from '../limits.ts';

const compress = promisify(zstdCompress);
/** About how many times as many bytes come out as went in. */
const RATIO = 4;
const PARAMETERS = {
  params: {
    [constants.ZSTD_c_compressionLevel]: RECORDS_COMPRESSION_LEVEL,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

/**
 * zstd with a checksum, made beside the main thread. It is told how much there is: without that it takes the room for a
 * megabyte, and five times as long for the few bytes that most blocks have.
 */
export function compressed(bytes: Uint8Array): Promise<Buffer> {
  return compress(bytes, { ...PARAMETERS, pledgedSrcSize: bytes.length, chunkSize: chunkSizeFor(bytes.length) });
}

/** @throws what zlib says of bytes that it cannot read. */
export function decompressed(bytes: Uint8Array): Buffer {
  return zstdDecompressSync(bytes, { chunkSize: chunkSizeOfFrame(bytes, RATIO) });
}
