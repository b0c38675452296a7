import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('+'.charCodeAt(0));
const payload = 'b86b11a38689d815c1d044d02e0725091111111111111111111111111111111111111111';

test('name-update: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.(
    'foo.test cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd 1111111111111111111111111111111111111111'.split(' '),
  );
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: {
      nameConsensusHash: 'b86b11a38689d815c1d044d02e072509',
      valueHash: '1111111111111111111111111111111111111111',
    },
  });
});

test.each([
  ['a byte short', '0000000000000000000000000000000000000000000000000000000000000000000000'],
  ['a byte more', '00000000000000000000000000000000000000000000000000000000000000000000000000'],
])('name-update: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
