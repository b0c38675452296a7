import { expect, test } from '@jest/globals';
import { changedSources } from './changed-sources.ts';

const files = { '/p/chain.ts': 'c1', '/p/machine.ts': 'm1' };
const now: Readonly<Record<string, string>> = { '/p/chain.ts': 'c1', '/p/machine.ts': 'm2', '/p/README.md': 'r' };
const changed = (paths: readonly string[], isWhole: boolean) =>
  changedSources(paths, { files, isWhole }, (path) => now[path] ?? null);

test('a file that was only touched, and one that no rule is made of, change nothing', () => {
  expect(changed(['/p/chain.ts', '/p/README.md', '/p/other.ts'], true)).toEqual([]);
  expect(changed(['/p/chain.ts', '/p/machine.ts'], true)).toEqual(['/p/machine.ts']);
});

test('where the rules did not load, any source may be the one that was missing, a test is not', () => {
  expect(changed(['/p/README.md', '/p/other.ts', '/p/machine.test.ts'], false)).toEqual(['/p/other.ts']);
});

test('a file that is gone is a change', () => {
  expect(changedSources(['/p/chain.ts'], { files, isWhole: true }, () => null)).toEqual(['/p/chain.ts']);
});

test('a folder that was made again with other files is a change of those that the rules are made of', () => {
  const below = { '/p/src/chain.ts': 'c1', '/p/src/machine.ts': 'm1', '/p/srcs.ts': 's1' };
  const prints: Readonly<Record<string, string>> = { '/p/src/chain.ts': 'c1', '/p/src/machine.ts': 'm2' };
  const madeOf = { files: below, isWhole: true };
  expect(changedSources(['/p/src'], madeOf, (path) => prints[path] ?? null)).toEqual(['/p/src/machine.ts']);
});
