import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KEYS_PER_CHUNK_MAX } from '../limits.ts';
import { SortedKeys } from './sorted-keys.ts';

const key = fc.string({ unit: fc.constantFrom('a', 'b', '\u00ff'), minLength: 1, maxLength: 7 });

test('ranges and counts are those of a sorted list, whatever was added and deleted', () => {
  fc.assert(
    fc.property(
      fc.record({
        steps: fc.array(fc.record({ key, isAdded: fc.boolean() }), { size: 'max', maxLength: 3 * KEYS_PER_CHUNK_MAX }),
        prefix: fc.string({ unit: fc.constantFrom('a', 'b', '\u00ff'), maxLength: 2 }),
        after: fc.oneof(fc.constant(''), key),
        limit: fc.integer({ min: 1, max: 2 * KEYS_PER_CHUNK_MAX }),
      }),
      ({ steps, prefix, after, limit }) => {
        const keys = new SortedKeys();
        const model = new Set<string>();
        for (const step of steps) {
          if (step.isAdded) keys.add(step.key);
          else keys.delete(step.key);
          if (step.isAdded) model.add(step.key);
          else model.delete(step.key);
        }
        const begins = [...model].sort().filter((each) => each.startsWith(prefix));
        expect(keys.count(prefix)).toBe(begins.length);
        const behind = begins.filter((each) => each > after);
        expect(keys.range(prefix, after, limit)).toEqual(behind.slice(0, limit));
      },
    ),
    { numRuns: 60 },
  );
});
