import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get(';'.charCodeAt(0));
const payload = '666f6f2e74657374';

test('name-import: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('foo.test'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: { name: 'foo.test' },
  });
});

test.each([
  ['a line feed at the end', '666f6f2e746573740a'],
  ['padding', '666f6f2e7465737400'],
  ['two dots', '612e622e63'],
])('name-import: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
