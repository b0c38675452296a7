import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const SCRIPT = `
  import { existsSync, readFileSync } from 'node:fs';
  import { getPriority } from 'node:os';
  import { stepBack } from ${JSON.stringify(resolve(import.meta.dirname, 'step-back.ts'))};
  stepBack(7);
  const group = '/proc/self/autogroup';
  console.log(JSON.stringify({ own: getPriority(), session: existsSync(group) ? readFileSync(group, 'latin1').trim() : null }));
`;

async function stepsBack(
  isLeader: boolean,
  before = 0,
): Promise<{ readonly own: number; readonly session: string | null }> {
  const started = ['nice', '-n', String(before)]; // adds to what this process has
  const node = [...(before === 0 ? [] : started), process.execPath, '--input-type=module-typescript', '-e', SCRIPT];
  const [command = '', ...args] = isLeader ? ['setsid', '--wait', ...node] : node;
  const { stdout } = await promisify(execFile)(command, args);
  return JSON.parse(stdout) as { own: number; session: string | null };
}

test('a process steps back', async () => {
  expect((await stepsBack(false)).own).toBe(7);
});

test('started-further-back: a process stays there, root included, and does not die of it', async () => {
  expect((await stepsBack(false, 12)).own).toBe(12);
});

test('a session steps back with the process that leads it, and with no other', async () => {
  if (!existsSync('/proc/self/autogroup')) return;
  expect((await stepsBack(true)).session).toMatch(/nice 7$/);
  expect((await stepsBack(false)).session).not.toMatch(/nice 7$/);
});
