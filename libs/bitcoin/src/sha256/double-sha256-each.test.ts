import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { doubleSha256, doubleSha256Each, joinBytes } from '../index.ts';

test('the hash of each of many messages is the one of the message alone', () => {
  const messages = fc.array(
    fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 2_000, maxLength: 4_000 })),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(messages, (each) => {
      expect(doubleSha256Each(each)).toEqual(joinBytes(each.map(doubleSha256)));
    }),
    { numRuns: 40 },
  );
});
