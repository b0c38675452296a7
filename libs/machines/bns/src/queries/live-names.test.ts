import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { NameRow, NamespaceRow } from '../collections.ts';
import { readParameters } from '../parameters.ts';
import { LIFETIME_INFINITE, nameExists } from '../rules/rules.ts';
import { liveNames } from './live-names.ts';

const around = fc.integer({ min: 0, max: 60 });

test('the filter lets through exactly the names that exist, in every epoch', () =>
  fc.assert(
    fc.property(
      fc.record({
        op: fc.constantFrom('&', '!'),
        reveal_block: around,
        ready_block: around,
        lifetime: fc.oneof(fc.integer({ min: 0, max: 12 }), fc.constant(LIFETIME_INFINITE)),
      }),
      fc.record({ first_registered: around, last_renewed: around }),
      around,
      fc.record({ gracePeriod: fc.nat(8), revealWindow: fc.nat(30) }),
      fc.integer({ min: 0, max: 40 }),
      (namespaceColumns, nameColumns, height, windows, epochs) => {
        fc.pre(nameColumns.first_registered <= height);
        const rules = readParameters({ ...windows, epochEnds: [1, 2, 3, 4, 5].map((place) => place * epochs) });
        const namespace = namespaceColumns as NamespaceRow;
        const filter = liveNames(rules, namespace, height);
        const passes = filter !== null && nameColumns.last_renewed >= (filter.atLeast?.last_renewed ?? 0);
        expect(passes).toBe(nameExists(rules, nameColumns as NameRow, namespace, height));
      },
    ),
    { numRuns: 2_000 },
  ));

test('no names live in a namespace that is not there', () => {
  expect(liveNames(readParameters({}), null, 700_000)).toBeNull();
});
