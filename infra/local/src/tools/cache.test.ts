import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cacheDirectory, cached } from './cache.ts';

let env: { VCHAIN_CACHE: string };
beforeEach(async () => {
  env = { VCHAIN_CACHE: await mkdtemp(join(tmpdir(), 'vchain-cache-')) };
});
afterEach(() => rm(env.VCHAIN_CACHE, { recursive: true }));

test.each([
  ['the variable of its own', { VCHAIN_CACHE: '/a', XDG_CACHE_HOME: '/b' }, '/a'],
  ["the desktop's cache", { XDG_CACHE_HOME: '/b' }, '/b/virtualchain'],
])('the cache stands where %s says', (_what, given, expected) => expect(cacheDirectory(given)).toBe(expected));

test('parallel runs fill an entry once', async () => {
  let fills = 0;
  const fill = async (directory: string) => writeFile(join(directory, 'jar'), `${++fills}`);
  const paths = await Promise.all(Array.from({ length: 8 }, () => cached(env, 'kafka-1', fill)));
  expect(new Set(paths).size).toBe(1);
  expect(await readFile(join(env.VCHAIN_CACHE, 'kafka-1', 'jar'), 'utf8')).toBe('1');
});

test('a download that breaks off leaves nothing behind, and the next one starts again', async () => {
  const broken = cached(env, 'kafka-1', async (directory) => {
    await writeFile(join(directory, 'half'), '');
    throw new Error('connection reset');
  });
  await expect(broken).rejects.toThrow('connection reset');
  expect(await readdir(env.VCHAIN_CACHE)).toEqual([]);
  await cached(env, 'kafka-1', async () => undefined);
  expect(await readdir(env.VCHAIN_CACHE)).toEqual(['kafka-1']);
});

test('the lock of a process that is gone does not stop anybody', async () => {
  const pidMax = 4_194_304; // no process of Linux or macOS has a higher one
  await writeFile(join(env.VCHAIN_CACHE, 'kafka-1.lock'), `${pidMax + 1}`);
  expect(existsSync(await cached(env, 'kafka-1', async () => undefined))).toBe(true);
});
