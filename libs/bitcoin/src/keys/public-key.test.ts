import { expect, test } from '@jest/globals';
import { hexToBytes, isPublicKey } from '../index.ts';

const x = '79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798';
const y = '483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8';

test.each([
  ['a compressed key', `02${x}`, true],
  ['a key in full', `04${x}${y}`, true],
  ['a hybrid key', `06${x}${y}`, false],
  ['X and Y without the byte in front', `${x}${y}`, false],
  ['an X that no point has', `02${'00'.repeat(31)}05`, false],
  ['an X above the field', `02${'ff'.repeat(32)}`, false],
  ['a Y that is not of this X', `04${x}${x}`, false],
  ['a byte short', `02${x.slice(2)}`, false],
  ['nothing', '', false],
])('%s: is a public key? %#', (_what, key, expected) => {
  expect(isPublicKey(hexToBytes(key))).toBe(expected);
});
