import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { cpuMsOfProcesses } from './processes.ts';

/** Ends of children that are looked at. */
const ENDS = 12;
/** How much shorter a child's time may be told by its parent than by itself: the system counts in ticks of 10 ms. */
const TICKS_MS = 40;

test('what is counted of a process and its children never becomes less, though children end meanwhile', async () => {
  const mark = `counted-${process.pid}`;
  const work = 'let s = 0; for (let i = 0; i < 1e8; i++) s += i % 7;';
  const program = `
    const { spawn } = require('node:child_process');
    const next = () => spawn(process.execPath, ['-e', ${JSON.stringify(work)}]).on('exit', () => { console.log('ended'); next(); });
    console.log('ready'); next();`;
  await using child = started(spawn(process.execPath, ['-e', program, mark], { stdio: ['ignore', 'pipe', 'inherit'] }));
  await once(child.process.stdout, 'data');
  let [most, ended] = [0, 0];
  child.process.stdout.on('data', () => {
    ended += 1;
  });
  while (ended < ENDS) {
    const now = cpuMsOfProcesses(mark);
    expect(now).toBeGreaterThanOrEqual(most - TICKS_MS);
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(most).toBeGreaterThan(200);
}, 120_000);

function started(process: ChildProcessByStdio<null, Readable, null>) {
  return { process, [Symbol.asyncDispose]: async () => void process.kill('SIGKILL') };
}
