import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** Hashes and verdicts depend on the operations alone: not on time zone, language, or what else a process finds around it. */
const VECTORS = [
  'bns-chain.json',
  'bns-expiry-chain.json',
  'consensus_chain_kv.json',
  'consensus_chain_echo.json',
  'ops_and_consensus_hash.json',
  'serialize_op.json',
  'encoding.json',
  'block_parse.json',
];
const here = import.meta.dirname;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vchain-surroundings-'));
  for (const name of VECTORS) await copyFile(join(here, '../vectors', name), join(folder, name));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a run of the conformance suite prints, without times. */
async function runIn(surroundings: Readonly<Record<string, string>>, flags: readonly string[] = []): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...surroundings };
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, join(here, 'main.ts'), folder], { env });
  return stdout;
}

test('the recorded hashes are met in every time zone and language', async () => {
  const plain = await runIn({ TZ: 'UTC', LC_ALL: 'C' });
  expect(plain).toMatch(/[1-9]\d* passed, 0 failed/);
  for (const surroundings of [
    { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', LANGUAGE: 'tr' },
    { TZ: 'Pacific/Apia', LC_ALL: 'ar_EG.UTF-8', LANG: 'ar_EG.UTF-8' },
    { TZ: 'America/St_Johns', LC_NUMERIC: 'de_DE.UTF-8', LC_COLLATE: 'sv_SE.UTF-8' },
  ])
    expect(await runIn(surroundings)).toBe(plain);
}, 120_000);

test('they are met by the interpreter as by compiled code', async () => {
  expect(await runIn({}, ['--no-opt', '--no-maglev', '--no-sparkplug'])).toMatch(/[1-9]\d* passed, 0 failed/);
}, 240_000);
