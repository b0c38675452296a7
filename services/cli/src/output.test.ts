import { afterEach, expect, jest, test } from '@jest/globals';
import { print, table, visible } from './output.ts';

afterEach(() => void jest.restoreAllMocks());

/** What `print` sends to the terminal. */
function printed(line: string): string {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  print(line);
  return written.mock.calls.map(([chunk]) => String(chunk)).join('');
}

test.each([
  ['an escape sequence', 'a\u001b]0;owned\u0007b', 'a\\u001b]0;owned\\u0007b'],
  ['a carriage return', 'paid\rlost', 'paid\\u000dlost'],
  ['the eight-bit escape', '\u009b31mred', '\\u009b31mred'],
  ['text turned around', 'x\u202egpj.exe', 'x\\u202egpj.exe'],
  ['a tab and an end of line', 'a\tb\nc', 'a\\u0009b\\u000ac'],
])('hostile-bytes: %s is spelled out', (_what, text, shown) => {
  expect(visible(text)).toBe(shown);
  expect(
    table(['name'], [[text]])
      .split('\n')
      .at(-1),
  ).toBe(shown);
});

test('our own colours and lines reach the terminal, what else it may act upon does not', () => {
  expect(printed('\u001b[32m+ 101\u001b[39m\nnext \u001b[2J')).toBe('\u001b[32m+ 101\u001b[39m\nnext \\u001b[2J\n');
});

test('a line of JSON means the same when it was printed', () => {
  const value = { problem: 'a\u009bb\u202ec\u007f', name: 'ü' };
  const line = printed(JSON.stringify(value));
  expect(line).not.toMatch(/[\u007f-\u009f\u202e]/);
  expect(JSON.parse(line)).toEqual(value);
});

test('a table fits the terminal: its widest columns are cut, and elsewhere nothing is', () => {
  const head = ['name', 'owner', 'blocks'];
  const rows = [['satoshi', 'x'.repeat(100), 7]] as const;
  const widths = (terminal: Parameters<typeof table>[2]) =>
    table(head, rows, terminal)
      .split('\n')
      .map(({ length }) => length);
  expect(Math.max(...widths({ isTTY: true, columns: 60 }))).toBe(60);
  expect(table(head, rows, { isTTY: true, columns: 60 })).toContain('x…  ');
  expect(table(head, rows, { isTTY: true, columns: 60 })).toMatch(/satoshi .* 7$/m);
  expect(table(head, rows, {})).toContain('x'.repeat(100));
});
