import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { bytesToHex } from '@virtualchain/bitcoin';
import { readKeys, writeKeyFile } from './keys.ts';

const KEY = '01'.repeat(32);
const before = { ...process.env };
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vchain-keys-'));
});
afterEach(async () => {
  for (const name of ['VCHAIN_KEY', 'VCHAIN_KEY_PASSWORD']) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await rm(folder, { recursive: true, force: true });
});

test.each([
  ['a sentence', 'correct horse battery staple'],
  ['blanks around it', ' secret '],
  ['blanks alone', '    '],
])('keys-locked-out: a key file opens again by the password it was written with: %s', async (_what, password) => {
  const file = join(folder, 'keys.json');
  process.env['VCHAIN_KEY'] = KEY;
  process.env['VCHAIN_KEY_PASSWORD'] = password;
  await writeKeyFile(file);
  delete process.env['VCHAIN_KEY'];
  const keys = await readKeys({ keyFile: file });
  expect(keys.map(({ bytes }) => bytesToHex(bytes))).toEqual([KEY]);
  expect((await stat(file)).mode & 0o077).toBe(0);
  expect(await readFile(file, 'utf8')).not.toContain(KEY);
});
