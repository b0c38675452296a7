import { promisify } from 'node:util';
import { constants, zstdCompress } from 'node:zlib';
import { RECORDS_COMPRESSION_LEVEL } from '../limits.ts';

const compress = promisify(zstdCompress);
const PARAMETERS = {
  params: {
    [constants.ZSTD_c_compressionLevel]: RECORDS_COMPRESSION_LEVEL,
    [constants.ZSTD_c_checksumFlag]: 1,
  },
};

/** zstd with a checksum, made beside the main thread. */
export function compressed(content: Uint8Array | string): Promise<Buffer> {
  return compress(content, PARAMETERS);
}
