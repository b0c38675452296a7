import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesToHex, sha256 } from '../index.ts';

const known = (message: Uint8Array): string => createHash('sha256').update(message).digest('hex');

test.each([0, 1, 55, 56, 63, 64, 65, 118, 119, 120, 127, 128])(
  'sha256 of %d bytes is that of the platform',
  (length) => {
    const message = Uint8Array.from({ length }, (_, index) => 255 - index);
    expect(bytesToHex(sha256(message))).toBe(known(message));
  },
);

test('a hash is the message’s alone, whatever was hashed before it', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 150 })), (messages) => {
      expect(messages.map((message) => bytesToHex(sha256(message)))).toEqual(messages.map(known));
    }),
  );
});

test('a hash is the caller’s to keep', () => {
  const first = sha256(Uint8Array.of(1));
  const kept = bytesToHex(first);
  sha256(Uint8Array.of(2));
  expect(bytesToHex(first)).toBe(kept);
});
