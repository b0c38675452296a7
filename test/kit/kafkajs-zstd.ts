import { zstdDecompressSync } from 'node:zlib';
import kafkajs from 'kafkajs';

/** Teaches kafkajs to read what is compressed with zstd: it leaves that to its users, of which other clients have it built in. */
export function readZstd(): void {
  kafkajs.CompressionCodecs[kafkajs.CompressionTypes.ZSTD] = () => ({
    compress: () => Promise.reject(new Error('nothing is written here')),
    decompress: (bytes: Buffer) => Promise.resolve(zstdDecompressSync(bytes)),
  });
}
