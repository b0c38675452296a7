import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { needServers } from '../needs-servers.ts';

/** Runs suites on a machine that has neither servers nor what they are started with. */
async function runOnEmptyMachine(...patterns: readonly string[]) {
  const empty = await mkdtemp(join(tmpdir(), 'vchain-empty-'));
  try {
    const env = {
      ...process.env,
      PATH: empty,
      JAVA_HOME: '',
      VCHAIN_CACHE: empty,
      DOCKER_HOST: `unix://${empty}/none`,
    };
    const run = spawn(process.execPath, [join(import.meta.dirname, '../run.ts'), ...patterns], { env });
    let [out, err] = ['', ''];
    run.stdout.on('data', (chunk) => (out += chunk));
    run.stderr.on('data', (chunk) => (err += chunk));
    const [code] = await once(run, 'close');
    return { code: code as number, err, lastLine: out.trim().split('\n').at(-1) };
  } finally {
    await rm(empty, { recursive: true });
  }
}

test('parts-that-do-not-start: the run says why in plain lines, and still ends with its count', async () => {
  const { code, err, lastLine } = await runOnEmptyMachine('test/contract/projection-builds');
  expect(code).toBe(1);
  expect(lastLine).toBe('0 passed, 1 failed');
  expect(err).toContain('TOOLS_MISSING');
  expect(err).not.toMatch(/^\s+at /m);
}, 60_000);

test('suites that use no server start none: those of the client pass on a machine that has none', async () => {
  const { code, err, lastLine } = await runOnEmptyMachine('libs/client');
  expect(err).not.toMatch(/kafka:|postgres:|TOOLS_MISSING/);
  expect(lastLine).toMatch(/^[1-9]\d* passed, 0 failed$/);
  expect(code).toBe(0);
}, 120_000);

test('a suite needs servers where it asks for them, itself or through its kit', () => {
  const suite = (path: string) => join(import.meta.dirname, '../..', path);
  expect(needServers([suite('libs/client/src/follow.test.ts'), suite('test/scenarios/bns-names.test.ts')])).toBe(false);
  expect(needServers([suite('test/contract/projection-builds.postgres.test.ts')])).toBe(true);
  expect(needServers([suite('test/e2e/reorg.test.ts')])).toBe(true);
});
