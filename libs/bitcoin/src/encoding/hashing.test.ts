import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { bytesToHex, doubleSha256, hash160, sha256, usePlatformSha256 } from '../index.ts';

const abc = new TextEncoder().encode('abc');
/** Too long to be hashed by our own code. */
const long = new Uint8Array(200).fill(97);

function hashes(): readonly string[] {
  return [sha256(abc), doubleSha256(abc), hash160(abc)].map(bytesToHex);
}

test('a hash from outside is used for long messages when it knows the answers, and refused when it does not', () => {
  const expected = [
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    '4f8b42c22dd3729b519ba6f68d2da7cc5b2d606d05daed5ad5128cc03e6c6358',
    'bb1be98c142444d7a56aa3981c3942a978e4dc33',
  ];
  expect(hashes()).toEqual(expected);
  expect(() => usePlatformSha256(() => new Uint8Array(32))).toThrow(RangeError);
  let calls = 0;
  usePlatformSha256((bytes) => {
    calls += 1;
    return createHash('sha256').update(bytes).digest();
  });
  calls = 0;
  expect(hashes()).toEqual(expected);
  expect(calls).toBe(0);
  expect(bytesToHex(sha256(long))).toBe(createHash('sha256').update(long).digest('hex'));
  expect(calls).toBe(1);
});
