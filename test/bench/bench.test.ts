import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import type { Bench, Measured } from './harness/bench.ts';
import { PeerMissing } from './harness/bench.ts';
import { measureRow } from './harness/interleave.ts';
import { ROWS } from './rows/rows.ts';

const run = promisify(execFile);
const main = join(import.meta.dirname, 'main.ts');
const bench = (...args: readonly string[]) => run(process.execPath, [main, ...args]);

test('a row is measured, told, and written down as JSON', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vchain-bench-'));
  try {
    const file = join(directory, 'out.json');
    const { stdout } = await bench('backfill', '--quick', '--json', file);
    expect(stdout).toMatch(/backfill W2 from files, against REST .* of 2 targets met/s);
    const { rows, machine } = JSON.parse(await readFile(file, 'utf8'));
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      name: 'backfill',
      workload: 'W2 from files, against REST',
      ours: { cpuMs: expect.any(Number), wallMs: expect.any(Number) },
      peer: { name: 'a node’s REST', cpuMs: expect.any(Number) },
      ratio: expect.any(Number),
      target: '<= 1x of its CPU time',
      equal: true,
      met: expect.any(Boolean),
    });
    expect(machine).toMatchObject({ cores: expect.any(Number), node: process.version });
  } finally {
    await rm(directory, { recursive: true });
  }
}, 300_000);

test('a name that no row has is refused, with the names that there are', async () => {
  await expect(bench('scann')).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there are scan, verify'),
  });
});

test('every row of the table of performance.md has a benchmark', () => {
  const wanted = ['scan', 'verify', 'fold', 'publish', 'project', 'sync', 'latency', 'rollback', 'rebuild', 'memory'];
  const added = ['fold-bns', 'project-bns', 'start', 'size'];
  expect(Object.keys(ROWS)).toEqual(expect.arrayContaining([...wanted, ...added]));
});

const side = (cpuMs: number, answer = 'same'): Measured => ({ cpuMs, wallMs: cpuMs, answer });
const context = {
  quick: true,
  parts: () => Promise.reject(new Error('none')),
  cpuMsOf: () => Promise.reject(new Error('none')),
  log: () => undefined,
};

function made(ours: () => Measured, peer: () => Measured): Bench {
  return {
    name: 'made',
    workload: 'up',
    peer: 'another',
    target: { kind: 'speed', atLeast: 2 },
    open: async () => ({
      ours: async () => ours(),
      peer: async () => peer(),
      async [Symbol.asyncDispose]() {},
    }),
  };
}

test('a row is met when the answers are equal and the ratio of the medians is reached', async () => {
  expect(
    await measureRow(
      made(
        () => side(10),
        () => side(25),
      ),
      context,
    ),
  ).toMatchObject({ ratio: 2.5, equal: true, met: true });
  expect(
    await measureRow(
      made(
        () => side(10),
        () => side(15),
      ),
      context,
    ),
  ).toMatchObject({ ratio: 1.5, equal: true, met: false });
  const other = made(
    () => side(10),
    () => side(25, 'other'),
  );
  expect(await measureRow(other, context)).toMatchObject({ ratio: 2.5, equal: false, met: false });
});

test('a peer that is missing has no figure, and its row is not met', async () => {
  const bench = {
    ...made(
      () => side(1),
      () => side(1),
    ),
    open: () => Promise.reject(new PeerMissing('another', 'not here')),
  };
  expect(await measureRow(bench, context)).toMatchObject({
    peer: { name: 'another', missing: 'another: not here' },
    ratio: null,
    met: false,
  });
});
