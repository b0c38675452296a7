import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get(':'.charCodeAt(0));
const payload =
  '666f6f2e74657374000000000000000000000000000000000000000000000000000000000011111111111111111111111111111111111111110000000000000000';

test('name-registration: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('foo.test 1111111111111111111111111111111111111111 0'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: { name: 'foo.test', valueHash: '1111111111111111111111111111111111111111', tokens: '0' },
  });
});

test.each([
  ['padding without a hash', '666f6f2e746573740000000000000000000000000000000000000000000000000000000000'],
  [
    'a length between',
    '666f6f2e746573740000000000000000000000000000000000000000000000000000000000111111111111111111111111111111111111111100',
  ],
  ['a name that is none', '666f6f'],
])('name-registration: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
