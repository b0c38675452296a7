import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('#'.charCodeAt(0));
const payload = '1111111111111111111111111111111111111111';

test('announce: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('1111111111111111111111111111111111111111'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: { messageHash: '1111111111111111111111111111111111111111' },
  });
});

test.each([
  ['a byte short', '11111111111111111111111111111111111111'],
  ['a byte more', '111111111111111111111111111111111111111100'],
])('announce: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
