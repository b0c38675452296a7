import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { MUTANTS } from './mutants.ts';
import { runMutants } from './run-mutants.ts';
import { mutated } from './working-copy.ts';

const root = resolve(import.meta.dirname, '../..');
const QUICK = ['sequence-check', 'fence-before-tail', 'compare-and-set-on-memory'];

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
  'the rule that mutant %s takes out is where the table says, once',
  async (_name, mutant) => {
    const source = await readFile(join(root, mutant.file), 'utf8');
    expect(mutated(mutant, source)).not.toBe(source);
  },
);

test('a mutant whose text is not there, or there twice, is named', () => {
  const mutant = { name: 'of-a-test', file: 'x.ts', edits: [['a', 'b']], tests: [] } as const;
  expect(() => mutated(mutant, 'xyz')).toThrow('mutant of-a-test: x.ts');
  expect(() => mutated(mutant, 'aa')).toThrow('mutant of-a-test: x.ts');
});

test(`${QUICK.join(', ')}: each is missed by a test`, async () => {
  const caughtBy: Record<string, string> = {};
  await runMutants(
    MUTANTS.filter(({ name }) => QUICK.includes(name)),
    ({ name }, fate) => {
      caughtBy[name] = fate.kind === 'caught' ? fate.by : fate.kind;
    },
  );
  expect(caughtBy).toEqual({
    'sequence-check': expect.stringContaining('a missing sequence stops the reader with SEQUENCE_GAP'),
    'fence-before-tail': expect.stringContaining('what an older writer commits up to the fence'),
    'compare-and-set-on-memory': expect.stringContaining('of two projectors at once one fails cleanly'),
  });
}, 120_000);
