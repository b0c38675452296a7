import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { REASONS, reasonText } from './reasons.ts';

const machine = resolve(import.meta.dirname, '../../../../../libs/machines/bns/src');

/** The first argument of every `rejected(…)` and `ignored(…)` in the machine's source. */
function codesOfTheMachine(): readonly string[] {
  const files = readdirSync(machine, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  const codes = files.flatMap((file) =>
    [...readFileSync(join(machine, file), 'utf8').matchAll(/\b(?:rejected|ignored)\(\s*(?:'([A-Z_]+)'|(?!\)))/g)].map(
      ([call, code]) => code ?? `${file}: ${call}`,
    ),
  );
  return [...new Set(codes)].sort();
}

test('every code that the machine can give has its words, and no code is made up', () => {
  expect(Object.keys(REASONS).sort()).toEqual(codesOfTheMachine());
});

test('a reason says what it means, what the machine saw, and what to do', () => {
  expect(reasonText('NAME_IN_GRACE', 'a.id has expired: it can only be renewed')).toBe(
    'NAME_IN_GRACE: the name has expired and is in its grace period, in which it can only be renewed (a.id has expired: it can only be renewed). Renew it first: vchain bns renew NAME',
  );
});
