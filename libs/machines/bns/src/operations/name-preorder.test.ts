import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('?'.charCodeAt(0));
const payload =
  'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd0000000000000005535441434b5300000000000000000000000000';

test('name-preorder: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.(
    'abababababababababababababababababababab cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd 5'.split(' '),
  );
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: {
      preorderHash: 'abababababababababababababababababababab',
      consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
      tokens: { amount: '5', unit: 'STACKS' },
    },
  });
});

test.each([
  ['tokens without a unit', 'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd0000000000000000'],
  [
    'a unit that is no ASCII',
    'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd0000000000000000c3a90000000000000000000000000000000000',
  ],
  ['a byte short', 'abababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd'],
])('name-preorder: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
