import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('*'.charCodeAt(0));
const payload = 'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd000000017d784000';

test('namespace-preorder: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.(
    'abababababababababababababababababababab cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd 6400000000'.split(' '),
  );
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: {
      preorderHash: 'abababababababababababababababababababab',
      consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
      tokens: '6400000000',
    },
  });
});

test.each([
  ['without tokens', 'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd'],
  ['a byte too long', 'ababababababababababababababababababababcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd000000000000000000'],
])('namespace-preorder: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
