import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '../index.ts';

const codec = bnsChain({}).operations.get('!'.charCodeAt(0));
const payload = '2e74657374';

test('namespace-ready: what is typed becomes the payload, and the payload reads', () => {
  const encoded = codec?.encode?.('test'.split(' '));
  expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
  expect(codec?.decode(hexToBytes(payload))).toEqual({
    kind: 'decoded',
    value: { namespaceId: 'test' },
  });
});

test.each([
  ['no dot', '74657374'],
  ['a dot alone', '2e'],
  ['a NUL at the end', '2e7465737400'],
])('namespace-ready: %s is refused', (_what, malformed) => {
  expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
});
