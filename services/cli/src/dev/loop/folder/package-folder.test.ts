import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { definitionsOf, packageFolder } from './package-folder.ts';

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'vchain-package-')));
  mkdirSync(join(folder, 'src'));
  for (const file of ['chain.ts', 'machine.ts', 'other.ts']) writeFileSync(join(folder, 'src', file), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function manifest(content: unknown): void {
  writeFileSync(join(folder, 'package.json'), typeof content === 'string' ? content : JSON.stringify(content));
}

test('a package names its definitions, from wherever in it the command is called', () => {
  manifest({ virtualchain: { chain: './src/chain.ts', machine: './src/machine.ts' } });
  expect(packageFolder(join(folder, 'src'))).toBe(folder);
  expect(definitionsOf(folder, {}, join(folder, 'src'))).toMatchObject({
    chain: join(folder, 'src/chain.ts'),
    machine: join(folder, 'src/machine.ts'),
  });
});

test('options win, and their paths are those of the folder they are typed in', () => {
  manifest({ virtualchain: { chain: './src/chain.ts', machine: './src/machine.ts' } });
  const given = { chain: 'kv', machine: './other.ts' };
  const machine = join(folder, 'src/other.ts');
  expect(definitionsOf(folder, given, join(folder, 'src'))).toMatchObject({ chain: 'kv', machine });
});

test.each([
  ['names nothing', {}, /no chain is named: write "virtualchain"/],
  ['names half of it', { virtualchain: { chain: 'kv' } }, /no machine is named/],
  ['names a file that is not there', { virtualchain: { chain: './gone.ts', machine: 'kv' } }, /names \.\/gone\.ts/],
  ['is no JSON', '{', /is not JSON: correct it/],
])('a package.json that %s is refused, with what to write', (_what, content, message) => {
  manifest(content);
  expect(() => definitionsOf(folder, {}, folder)).toThrow(message);
});

test('parameters that are no JSON are refused: no save mends them', () => {
  manifest({ virtualchain: { chain: 'kv', machine: 'kv' } });
  expect(() => definitionsOf(folder, { chainParameters: '{"firstBlock":' }, folder)).toThrow(
    /--chain-parameters: .* is not JSON/,
  );
  expect(() => definitionsOf(folder, { machineParameters: '[]' }, folder)).toThrow(
    /--machine-parameters: .* no JSON object/,
  );
});
