import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { chunkSizeOfFrame, contentSizeOf } from './chunk-size.ts';

const sizes = [0, 1, 255, 256, 257, 65_791, 65_792, 300_000];

describe('the size that a zstd frame says its content has', () => {
  test.each(sizes)('of %i bytes', (size) => {
    const frame = zstdCompressSync(Buffer.alloc(size, 'ab'), { pledgedSrcSize: size });
    expect(contentSizeOf(frame)).toBe(size);
  });

  test('is not told by a frame that was made without knowing it', () => {
    const params = { [constants.ZSTD_c_contentSizeFlag]: 0 };
    expect(contentSizeOf(zstdCompressSync(Buffer.alloc(500), { params }))).toBeNull();
  });

  test('of eight bytes, as the format allows for any content', () => {
    expect(contentSizeOf(Buffer.from(`28b52ffd${'c0'}${'58'}${'0001000000000000'}`, 'hex'))).toBe(256);
  });

  test('is not read from what is no frame, or from a part of its head', () => {
    const frame = zstdCompressSync(Buffer.alloc(300_000), { pledgedSrcSize: 300_000 });
    for (let length = 0; length < 9; length++) expect(contentSizeOf(frame.subarray(0, length))).toBeNull();
    expect(contentSizeOf(Buffer.from('1f8b0800000000000003', 'hex'))).toBeNull();
  });
});

test('all that comes out of a frame fits into one piece of room', () => {
  const plain = Buffer.alloc(77_000, 'content');
  const frame = zstdCompressSync(plain, { pledgedSrcSize: plain.length });
  const chunkSize = chunkSizeOfFrame(frame, 4);
  const out = zstdDecompressSync(frame, { chunkSize });
  expect(out.equals(plain)).toBe(true);
  expect(out.buffer.byteLength).toBe(chunkSize);
});

test('a frame that says it holds more than there is memory for gets no more room than one that says nothing', () => {
  const frame = Buffer.from(`28b52ffd${'c0'}${'58'}${'00000000000000ff'}`, 'hex');
  expect(chunkSizeOfFrame(frame, 4)).toBe(1_024);
});
