import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('parts-that-do-not-start: the run says why in plain lines, and still ends with its count', async () => {
  const empty = await mkdtemp(join(tmpdir(), 'vchain-empty-'));
  try {
    const env = {
      ...process.env,
      PATH: empty,
      JAVA_HOME: '',
      VCHAIN_CACHE: empty,
      DOCKER_HOST: `unix://${empty}/none`,
    };
    const run = spawn(process.execPath, [join(import.meta.dirname, '../run.ts'), 'libs/nothing'], { env });
    let [out, err] = ['', ''];
    run.stdout.on('data', (chunk) => (out += chunk));
    run.stderr.on('data', (chunk) => (err += chunk));
    const [code] = await once(run, 'close');
    expect(code).toBe(1);
    expect(out.trim().split('\n').at(-1)).toBe('0 passed, 1 failed');
    expect(err).toContain('TOOLS_MISSING');
    expect(err).not.toMatch(/^\s+at /m);
  } finally {
    await rm(empty, { recursive: true });
  }
}, 60_000);
