import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findNode22, NODE_22_VERSION } from '../kit/node-22.ts';

/** Hashes and verdicts depend on the operations alone: not on time zone, language, clock, version of Node, or what else a process finds around it. */
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

/** Every look at a clock finds it hours before or after the last one. */
const JUMPING_CLOCK = `
  const Real = Date;
  const monotonic = performance.now.bind(performance);
  let looks = 0;
  const jump = () => (++looks % 2 === 0 ? looks : -looks) * 3_600_000;
  globalThis.Date = class extends Real {
    constructor(...given) {
      super(...(given.length > 0 ? given : [Real.now() + jump()]));
    }
    static now() {
      return Real.now() + jump();
    }
  };
  performance.now = () => monotonic() + jump();
`;

/** What a run of the conformance suite prints, without times. */
async function runIn(
  surroundings: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
  node = process.execPath,
): Promise<string> {
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...surroundings };
  const { stdout } = await promisify(execFile)(node, [...flags, join(here, 'main.ts'), folder], { env });
  return stdout;
}

let plainRun: Promise<string> | undefined;
/** The same where nothing is out of the ordinary. */
function plainly(): Promise<string> {
  plainRun ??= runIn({ TZ: 'UTC', LC_ALL: 'C' });
  return plainRun;
}

test('the recorded hashes are met in every time zone and language', async () => {
  const plain = await plainly();
  expect(plain).toMatch(/[1-9]\d* passed, 0 failed/);
  for (const surroundings of [
    { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', LANGUAGE: 'tr' },
    { TZ: 'Pacific/Apia', LC_ALL: 'ar_EG.UTF-8', LANG: 'ar_EG.UTF-8' },
    { TZ: 'America/St_Johns', LC_NUMERIC: 'de_DE.UTF-8', LC_COLLATE: 'sv_SE.UTF-8' },
  ])
    expect(await runIn(surroundings)).toBe(plain);
}, 120_000);

test('they are met while clocks jump by hours', async () => {
  const flags = ['--import', `data:text/javascript,${encodeURIComponent(JUMPING_CLOCK)}`];
  expect(await runIn({}, flags)).toBe(await plainly());
}, 120_000);

const node22 = await findNode22().catch((error: Error) => error);
const testOn22 = node22 instanceof Error ? test.skip : test;
const missing = node22 instanceof Error ? ` (skipped: ${node22.message.split('\n')[0]})` : '';

testOn22(
  `they are met on Node ${NODE_22_VERSION} as on this one${missing}`,
  async () => {
    const program = String(node22);
    expect((await promisify(execFile)(program, ['--version'])).stdout.trim()).toBe(`v${NODE_22_VERSION}`);
    expect(await runIn({}, [], program)).toBe(await plainly());
  },
  120_000,
);

test('they are met by the interpreter as by compiled code', async () => {
  expect(await runIn({}, ['--no-opt', '--no-maglev', '--no-sparkplug'])).toMatch(/[1-9]\d* passed, 0 failed/);
}, 240_000);
