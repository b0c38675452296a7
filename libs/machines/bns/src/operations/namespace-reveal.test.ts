import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('&'.charCodeAt(0));
const payload = '0000cd73fa046543210000000000aa000174657374';

test('namespace-reveal: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('test 52595 250 4 6543210000000000 10 10 1'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: {
      lifetime: 52595,
      coeff: 250,
      base: 4,
      buckets: [6, 5, 4, 3, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
      nonAlphaDiscount: 10,
      noVowelDiscount: 10,
      version: 1,
      namespaceId: 'test',
    },
  });
});

test.each([
  ['an unknown version', '0000cd73fa046543210000000000aa000474657374'],
  ['a discount of zero', '0000cd73fa0465432100000000000a000174657374'],
  ['no namespace', '0000cd73fa046543210000000000aa0001'],
  ['a namespace in upper case', '0000cd73fa046543210000000000aa000154455354'],
])('namespace-reveal: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
