import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { readRunning } from '../../../demo-file.ts';
import { takeFolder } from './dev-file.ts';

let folder = '';
const noDemo = () => join(folder, 'no-demo.json');
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vchain-dev-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('commands find a running vchain dev from any folder below, and its machine by name', () => {
  using file = takeFolder(folder);
  file.write({ chain: '/p/chain.ts', machine: '/p/machine.ts', machineName: 'guests', network: 'regtest' });
  expect(readRunning(join(folder, 'src', 'deep'), noDemo())).toEqual({
    what: 'vchain dev',
    places: { chain: '/p/chain.ts', network: 'regtest' },
    machine: { name: 'guests', module: '/p/machine.ts' },
  });
});

test('two-loops: the second vchain dev in a folder is refused by name, and the first keeps its file', () => {
  using file = takeFolder(folder);
  file.write({ network: 'regtest' });
  expect(() => takeFolder(folder)).toThrow(`vchain dev runs in ${folder} already, as process ${process.pid}`);
  expect(existsSync(file.path)).toBe(true);
});

test('what a killed vchain dev has left is no running one, and is taken over', () => {
  {
    using file = takeFolder(folder);
    file.write({ network: 'regtest' });
    const left = readFileSync(file.path, 'utf8').replace(String(process.pid), '999999999');
    writeFileSync(file.path, left);
    writeFileSync(join(folder, '.vchain', 'dev.pid'), '999999999');
    expect(readRunning(folder, noDemo())).toBeNull();
    using again = takeFolder(folder);
    expect(existsSync(again.path)).toBe(false);
  }
  expect(existsSync(join(folder, '.vchain', 'dev.pid'))).toBe(false);
});
