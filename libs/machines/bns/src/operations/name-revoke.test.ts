import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('~'.charCodeAt(0));
const payload = '666f6f2e74657374';

test('name-revoke: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('foo.test'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: { name: 'foo.test' },
  });
});

test.each([
  ['padding', '666f6f2e7465737400'],
  ['a single byte', '61'],
])('name-revoke: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
