import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chooseLocalNode } from './local-node.ts';

let folder: string;
let bitcoind: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vchain-node-choice-'));
  bitcoind = join(folder, 'bitcoind');
  await writeFile(bitcoind, '#!/bin/sh\n');
  await chmod(bitcoind, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

test('a bitcoind is preferred where there is one, and the one that is named before the one on the PATH', () => {
  expect(chooseLocalNode({ PATH: '/nowhere' })).toEqual({ kind: 'btcd' });
  expect(chooseLocalNode({ PATH: `/nowhere:${folder}` })).toEqual({ kind: 'bitcoind', executable: bitcoind });
  expect(chooseLocalNode({ PATH: '/nowhere', VCHAIN_BITCOIND: bitcoind })).toMatchObject({ executable: bitcoind });
  expect(chooseLocalNode({ PATH: folder, VCHAIN_LOCAL_NODE: 'btcd' })).toEqual({ kind: 'btcd' });
  expect(chooseLocalNode({ PATH: folder, VCHAIN_LOCAL_NODE: 'embedded' })).toEqual({ kind: 'embedded' });
});

test.each([
  ['a bitcoind that is asked for and missing', { PATH: '', VCHAIN_LOCAL_NODE: 'bitcoind' }, /npm run bitcoind/],
  ['a name that is no executable', { PATH: '', VCHAIN_BITCOIND: '/nowhere/bitcoind' }, /\/nowhere\/bitcoind/],
  ['a program that nobody knows', { PATH: '', VCHAIN_LOCAL_NODE: 'geth' }, /bitcoind, btcd or embedded/],
])('%s is refused, and btcd is not taken in its place', (_what, env, words) => {
  expect(() => chooseLocalNode(env)).toThrow(words);
  expect(() => chooseLocalNode(env)).toThrow(expect.objectContaining({ code: 'LOCAL_NODE_UNUSABLE' }));
});
