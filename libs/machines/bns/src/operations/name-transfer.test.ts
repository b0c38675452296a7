import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('>'.charCodeAt(0));
const payload = '7e7727f568dd9d36d5c777c024da599473cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd';

test('name-transfer: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('foo.test cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd drop'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: {
      keepsValue: false,
      nameHash: '7727f568dd9d36d5c777c024da599473',
      consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
    },
  });
});

test.each([
  ['an unknown flag', '210000000000000000000000000000000000000000000000000000000000000000'],
  ['no flag', '0000000000000000000000000000000000000000000000000000000000000000'],
])('name-transfer: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
