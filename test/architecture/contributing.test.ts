import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const root = resolve(import.meta.dirname, '../..');
const ROWS = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!-|to change)/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()) as [what: string, files: string, suites: string]);

const paths = (cell: string): string[] =>
  [...cell.matchAll(/`((?:libs|services|infra|test)\/[^`]+)`/g)].map(([, path]) => String(path));

test('the table says where to change what one changes most', () => {
  const topics = ROWS.map(([what]) => what).join('; ');
  for (const topic of [
    'decoding',
    'judging',
    'writing',
    'rolling back',
    'column',
    'command',
    'event',
    'error',
    'setting',
    'metric',
  ])
    expect(topics).toContain(topic);
});

test.each(ROWS)('to change %s: every path is there', (_what, files, suites) => {
  expect(paths(files).length).toBeGreaterThan(0);
  expect([...paths(files), ...paths(suites)].filter((path) => !existsSync(join(root, path)))).toEqual([]);
});
