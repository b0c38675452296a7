import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('$'.charCodeAt(0));
const payload = 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd535441434b530000000000000000000000000000000000075bcd1568656c6c6f';

test('token-transfer: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd 123456789 hello'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: {
      consensusHash: 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd',
      unit: 'STACKS',
      amount: '123456789',
      scratch: '68656c6c6f',
    },
  });
});

test.each([['no amount', 'cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd535441434b530000000000000000000000000000000000000000']])(
  'token-transfer: %s is refused',
  (_what, malformed) => {
    expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
  },
);
