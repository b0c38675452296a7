import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect, test } from '@jest/globals';
import { LIMITS, type Limits, SHORT_LIMITS } from '../limits.ts';
import { type ProcessSample, sampleOfLinux } from '../samples/process-sample.ts';
import type { Sample } from '../samples/sample.ts';
import { judge } from './judge.ts';
import { evenly, slopeOf } from './slope.ts';

const LEVEL: ProcessSample = {
  ...{ residentMb: 200, heapMb: 40, heapRoomMb: 80, externalMb: 10 },
  ...{ handles: 30, threads: 11, cpuSeconds: 1 },
};

/** A run of so many samples, ten reorganisations from one to the next. */
function runOf(
  count: number,
  processAt: (i: number) => Partial<ProcessSample>,
  lagAt: (i: number) => number = () => 0,
) {
  return Array.from({ length: count }, (_, i): Sample => {
    const processes = { projector: { ...LEVEL, ...processAt(i) } };
    const counts = { seconds: i, blocks: i * 50, operations: i * 250, reorgs: i * 10 };
    return { ...counts, processes, lagSeconds: { kv: lagAt(i) }, kafkaMb: 1, postgresMb: 1 };
  });
}

const brokenOf = (samples: readonly Sample[], limits: Limits = LIMITS) =>
  judge(samples, limits)
    ?.filter(({ isBroken }) => isBroken)
    .map(({ of, what }) => `${of}: ${what}`);

const sawtooth = (i: number): number => (i % 7) * 5;

test.each<[string, (i: number) => Partial<ProcessSample>, readonly string[]]>([
  ['garbage that comes and goes', (i) => ({ residentMb: 200 + sawtooth(i) }), []],
  ['a process that grows while it warms up', (i) => ({ residentMb: Math.min(250, 100 + i * 5) }), []],
  ['one step, and never another', (i) => ({ residentMb: i < 60 ? 200 : 240 }), []],
  ['2 MB per 100 reorgs', (i) => ({ residentMb: 200 + i * 0.2 }), ['resident size, MB per 100 reorgs']],
  [
    'the same beneath garbage',
    (i) => ({ residentMb: 200 + i * 0.2 + sawtooth(i) }),
    ['resident size, MB per 100 reorgs'],
  ],
  ['too much from the beginning', () => ({ residentMb: 400 }), ['largest resident size, MB']],
  ['a socket that stays open at every tenth', (i) => ({ handles: 30 + i }), ['open handles per 100 reorgs']],
  ['threads', (i) => ({ threads: 11 + i }), ['threads per 100 reorgs']],
  [
    'what is not known',
    (i) => ({ residentMb: i > 80 ? Number.NaN : 200 }),
    ['resident size, MB per 100 reorgs', 'largest resident size, MB'],
  ],
])('%s', (_what, processAt, broken) => {
  expect(brokenOf(runOf(100, processAt))).toEqual(broken.map((what) => `projector: ${what}`));
});

test('a projection that stands still for longer than the limit breaks it, though it goes on later', () => {
  expect(
    brokenOf(
      runOf(
        100,
        () => ({}),
        (i) => (i === 10 ? 61 : 0),
      ),
    ),
  ).toEqual(['kv: longest lag, seconds']);
});

test('what is in use is judged where garbage was collected first, and a gateway may keep what it told last', () => {
  const leaking = runOf(100, (i) => ({ heapMb: 40 + i * 2 }));
  expect(brokenOf(leaking)).toEqual([]);
  expect(brokenOf(leaking, SHORT_LIMITS)).toEqual(['projector: in use, MB per 100 reorgs']);
  const asGateway = leaking.map((sample) => ({
    ...sample,
    processes: { gateway: sample.processes['projector'] ?? LEVEL },
  }));
  expect(brokenOf(asGateway, SHORT_LIMITS)).toEqual([]);
});

test('a run that ends before it has warmed up is not judged', () => {
  expect(judge([], LIMITS)).toBeNull();
  expect(
    judge(
      runOf(8, () => ({})),
      LIMITS,
    ),
  ).toBeNull();
  expect(
    judge(
      runOf(30, () => ({})).map((sample) => ({ ...sample, reorgs: 0 })),
      LIMITS,
    ),
  ).toBeNull();
});

test('the median of all slopes follows a line through whatever stands out', () => {
  const points = Array.from({ length: 50 }, (_, i) => [i, i === 20 ? 1_000 : 3 * i] as const);
  expect(slopeOf(points, 100)).toBeCloseTo(3);
  expect(slopeOf([[1, 1]], 100)).toBe(0);
  expect(evenly([0, 1, 2, 3, 4, 5, 6], 3)).toEqual([0, 3, 6]);
});

/** Takes memory at every line that it is sent, and keeps it or lets it go. */
const program = (keeps: boolean): string => `
  const kept = [];
  require('node:readline').createInterface({ input: process.stdin }).on('line', () => {
    kept.push(Buffer.alloc(1_500_000, 1));
    if (!${keeps}) kept.length = 0;
    gc();
    console.log('done');
  });`;

async function samplesOf(child: ChildProcessWithoutNullStreams): Promise<readonly Sample[]> {
  const lines = createInterface({ input: child.stdout });
  const samples: Sample[] = [];
  for (let reorgs = 0; reorgs < 40; reorgs += 1) {
    const answered = once(lines, 'line');
    child.stdin.write('\n');
    await answered;
    const taken = { ...LEVEL, ...sampleOfLinux(child.pid ?? 0) };
    const [sample] = runOf(1, () => taken);
    if (sample !== undefined) samples.push({ ...sample, reorgs });
  }
  return samples;
}

test.each([
  ['keeps 1.5 MB of each reorganisation', true, ['projector: resident size, MB per 100 reorgs']],
  ['lets it go', false, []],
])('a-planted-leak: a process that %s, by the limits of the short edition', async (_what, keeps, broken) => {
  const child = spawn(process.execPath, ['--expose-gc', '-e', program(keeps)]);
  try {
    expect(brokenOf(await samplesOf(child), SHORT_LIMITS)).toEqual(broken);
  } finally {
    child.kill();
  }
});
