import { expect, test } from '@jest/globals';
import { placeOf } from './place.ts';

const folder = '/home/me/guests';
const source = ['first', '  const known = await guests.get({ sender });', "import { gone } from './gone.ts';"].join(
  '\n',
);
const read = () => source;
const withStack = (stack: string, cause?: unknown) => Object.assign(new Error('outer', { cause }), { stack });

test.each([
  [
    'rules that throw, below frames of ours',
    `TypeError: no\n    at checkRow (file:///home/me/guests/node_modules/@virtualchain/machine/dist/row.js:1:2)\n    at async decide (file:///home/me/guests/src/machine.ts:2:9)\n    at async fold (file:///home/me/guests/node_modules/x.js:3:4)`,
    { file: 'src/machine.ts', line: 2, column: 9, text: '  const known = await guests.get({ sender });' },
  ],
  [
    'a module that does not parse',
    `file:///home/me/guests/machine.ts:2\n  const known = await guests.get({ sender });\n        ^\n\nSyntaxError: Expected ident\n    at parse (node:internal/x:1:1)`,
    { file: 'machine.ts', line: 2, column: 9, text: '  const known = await guests.get({ sender });' },
  ],
  [
    'a place of which the lines around are shown',
    `file:///home/me/guests/machine.ts:2\nfirst\n  const known = await guests.get({ sender });\n    ^\n}\n\nSyntaxError: no`,
    { file: 'machine.ts', line: 2, column: 5, text: '  const known = await guests.get({ sender });' },
  ],
  [
    'what Node says of a file that it checks, by its path',
    `/home/me/guests/machine.js:2\n  const known\n        ^\n\nSyntaxError: no`,
    { file: 'machine.js', line: 2, column: 9, text: '  const known = await guests.get({ sender });' },
  ],
])('the place of %s', (_what, stack, place) => {
  expect(placeOf(withStack('Error: outer', withStack(stack)), folder, read)).toEqual(place);
});

test('the place of an import of what is not there is the line that imports it', () => {
  const missing = Object.assign(
    new Error("Cannot find module '/home/me/guests/gone.ts' imported from /home/me/guests/machine.ts"),
    { stack: 'Error [ERR_MODULE_NOT_FOUND]\n    at resolve (node:internal/x:1:1)' },
  );
  expect(placeOf(missing, folder, read)).toEqual({
    file: 'machine.ts',
    line: 3,
    column: null,
    text: "import { gone } from './gone.ts';",
  });
});

test('an error of ours has no place in the author’s source', () => {
  expect(placeOf(withStack('Error: no\n    at x (file:///elsewhere/y.ts:1:1)'), folder, read)).toBeNull();
});
