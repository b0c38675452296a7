import zlib from 'node:zlib';
import { chunkSizeFor, chunkSizeOfFrame } from '@virtualchain/kernel';
import { ZstdMissing } from '../errors.ts';
import { DECOMPRESSED_BYTES_MAX, ZSTD_LEVEL } from '../limits.ts';
import { COMPRESSION } from './layout.ts';

/** What Node's zlib has since 22.15; it may be an older one, where a program imports this library. */
type ZstdOf = Partial<Pick<typeof zlib, 'zstdCompressSync' | 'zstdDecompressSync'>>;

/** @throws ZstdMissing */
export function refuseWithoutZstd(of: ZstdOf = zlib): void {
  if (of.zstdCompressSync === undefined || of.zstdDecompressSync === undefined) throw new ZstdMissing(process.version);
}

/** The bytes compressed by zstd. @throws ZstdMissing */
export function compressZstd(bytes: Uint8Array): Buffer {
  refuseWithoutZstd();
  const params = { [zlib.constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
  // Without the size, a few bytes take as long as many.
  return zlib.zstdCompressSync(bytes, { params, pledgedSrcSize: bytes.length, chunkSize: chunkSizeFor(bytes.length) });
}

/** About how many times as many bytes come out of a batch as went in. */
const RATIO = 8;
/** A few bytes may be compressed from more than there is memory for. */
const maxOutputLength = DECOMPRESSED_BYTES_MAX;

/**
 * The records of a batch as they were before compression; null for a compression that is not read.
 *
 * @throws ZstdMissing; what zlib says of bytes that it cannot read, or that are more than a batch may hold
 */
export function decompress(compression: number, bytes: Uint8Array): Uint8Array | null {
  switch (compression) {
    case COMPRESSION.none:
      return bytes;
    case COMPRESSION.gzip:
      return zlib.gunzipSync(bytes, { maxOutputLength, chunkSize: chunkSizeFor(RATIO * bytes.length) });
    case COMPRESSION.zstd:
      refuseWithoutZstd();
      return zlib.zstdDecompressSync(bytes, { maxOutputLength, chunkSize: chunkSizeOfFrame(bytes, RATIO) });
    default:
      return null;
  }
}
