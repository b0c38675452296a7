import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { RunningDigest } from './running-digest.ts';

test('digests are those of all values together, whatever their sizes, and one does not reach into the next', () => {
  const digest = new RunningDigest();
  for (const sizes of [
    [],
    [1],
    [65_535, 1, 1],
    [65_536],
    [65_537],
    [10, 200_000, 10],
    new Array<number>(200).fill(999),
  ]) {
    const values = sizes.map((size, i) => new Uint8Array(size).fill(i + 1));
    for (const value of values) digest.update(value);
    expect(digest.taken()).toBe(createHash('sha256').update(Buffer.concat(values)).digest('hex'));
  }
  digest.update(Uint8Array.of(1));
  digest.clear();
  expect(digest.taken()).toBe(createHash('sha256').digest('hex'));
});
