import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from '@jest/globals';

const BOOTSTRAP = resolve(import.meta.dirname, '../../../bootstrap.mjs');

/** Says when it runs, and how it ended. */
const SCRIPT = `
  import { writeFileSync } from 'node:fs';
  const [, , file] = process.argv;
  setInterval(() => undefined, 1_000);
  process.on('SIGTERM', () => {
    writeFileSync(file, 'stopped');
    process.exit(0);
  });
  writeFileSync(file, 'running');
`;

test('what npm started ends when npm and its shell are gone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-bootstrap-'));
  try {
    const [script, said] = [join(folder, 'script.mjs'), join(folder, 'said')];
    await writeFile(script, SCRIPT);
    const shell = spawn('sh', ['-c', '"$@"; true', 'sh', process.execPath, BOOTSTRAP, 'node', script, said], {
      env: { ...process.env, NODE_OPTIONS: '', npm_lifecycle_event: 'start' },
      stdio: 'ignore',
    });
    await says(said, 'running');
    shell.kill('SIGKILL');
    await once(shell, 'exit');
    await says(said, 'stopped');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);

async function says(file: string, word: string): Promise<void> {
  const deadline = performance.now() + 300_000;
  let said = '';
  while (said !== word && performance.now() < deadline) {
    said = await readFile(file, 'utf8').catch(() => '');
    await pause(50);
  }
  expect(said).toBe(word);
}
