import { expect, test } from '@jest/globals';
import { bytesToHex, childPublicKeys, hexToBytes } from '../index.ts';

const parent = '026c3ef85cd67218b232634f52d6bb0f6f76b7b3576fd441e83469f5c05ef436ed';

test('children of a key with an all-zero chain code are those of the keychain library', () => {
  const children = childPublicKeys(hexToBytes(parent), 2).map(bytesToHex);
  expect(children).toEqual([
    '03155154638e6bd389d1a27289e4e4043b6201c92c246d9f1e843dda5a488fc022',
    '0258e6b91ea3a42330e707d31186816ff77e293aeba95ae51b6ebcd50f727009f1',
  ]);
});

test.each([
  ['bytes that are no key', '00'.repeat(33)],
  ['a key off the curve', `02${'ff'.repeat(32)}`],
  ['nothing', ''],
])('%s have no children', (_what, key) => {
  expect(childPublicKeys(hexToBytes(key), 3)).toEqual([]);
});
