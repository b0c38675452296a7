import { expect, test } from '@jest/globals';
import { causesOf, errorText, isUntrustedCertificate } from './causes.ts';

test('an error is followed to what it came from, whatever its library calls that, and no circle is followed twice', () => {
  const socket: { message: string; cause?: unknown } = { message: 'socket' };
  const driver = { message: 'driver', previous: socket };
  const client = { message: 'client', originalError: driver };
  const outer = new Error('outer', { cause: client });
  socket.cause = outer;
  expect(causesOf(outer).map(({ message }) => message)).toEqual(['outer', 'client', 'driver', 'socket']);
  expect([causesOf(undefined), causesOf('text')]).toEqual([[], []]);
});

test.each([
  [new Error('gone'), 'gone'],
  ['gone', 'gone'],
  [null, 'null'],
])('%p in words', (thrown, text) => {
  expect(errorText(thrown)).toBe(text);
});

test.each([
  ['CERT_HAS_EXPIRED', true],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', true],
  ['ERR_TLS_CERT_ALTNAME_INVALID', true],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', true],
  ['ECONNREFUSED', false],
  ['ERR_SSL_WRONG_VERSION_NUMBER', false],
  [undefined, false],
])('%s is the refusal of a certificate: %s', (code, refused) => {
  expect(isUntrustedCertificate(code)).toBe(refused);
});
