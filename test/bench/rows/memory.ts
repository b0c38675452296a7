import { readdirSync, readFileSync } from 'node:fs';
import { openRegistry, readStatuses } from '@virtualchain/projection';
import { REGTEST_GENESIS } from '@virtualchain/testing';
import { createNodeModel } from '../../kit/node-model.ts';
import { startScriptedNode } from '../../kit/scripted-node.ts';
import { until } from '../../kit/until.ts';
import type { Bench, BenchContext, OpenBench } from '../harness/bench.ts';
import { endedEarly, makePlace, type Stage, stageScript, startStage } from '../kit/stages.ts';
import { forkBlocks } from '../workloads/reorgs.ts';

const REORGS = 1_000;
const QUICK_REORGS = 12;
/** Of the reorgs, how many are warm-up: the size is counted from then on. */
const WARM_UP = 0.4;
const DEPTH_MAX = 7;
const OPERATIONS = 5;
const STAGES: readonly Stage[] = ['ingester', 'projector'];

/** Resident size of each stage after each reorg, in MB. */
type Sizes = Readonly<Record<Stage, readonly number[]>>;

let measuredOnce: Promise<Sizes> | undefined;

const resident: Bench = {
  name: 'memory',
  workload: 'resident size',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 300, unit: 'MB' },
  rounds: 1,
  quickRounds: 1,
  note: 'The larger of ingester and projector, at its largest, over a run of reorganisations of depth 1 to 7.',
  open: (context) =>
    openMemory(context, (sizes) => Math.max(...STAGES.map((stage) => Math.max(...warm(sizes[stage]))))),
};

const growth: Bench = {
  name: 'memory',
  workload: 'growth per 100 reorgs',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 1, unit: 'MB' },
  rounds: 1,
  quickRounds: 1,
  note: 'After warm-up: how much more the smallest size of the last third is than that of the third before it, of the process that grows more. The smallest, since garbage that has not been collected yet is no growth.',
  open: (context) => openMemory(context, (sizes) => Math.max(...STAGES.map((stage) => growthOf(warm(sizes[stage]))))),
};

async function openMemory(context: BenchContext, amount: (sizes: Sizes) => number): Promise<OpenBench> {
  let sizes: Sizes | undefined;
  return {
    async ours() {
      measuredOnce ??= measureSizes(context);
      sizes = await measuredOnce;
      return { cpuMs: 0, wallMs: 0, answer: '' };
    },
    peer: null,
    amount: () => (sizes === undefined ? Number.NaN : amount(sizes)),
    details: () =>
      STAGES.map((stage) => `${stage}: ${(sizes?.[stage] ?? []).filter(isShown).map(Math.round).join(' ')} MB`),
    async [Symbol.asyncDispose]() {},
  };
}

const isShown = (_size: number, at: number, all: readonly number[]): boolean => at % Math.ceil(all.length / 10) === 0;

const warm = (sizes: readonly number[]): readonly number[] => sizes.slice(Math.floor(sizes.length * WARM_UP));

function growthOf(sizes: readonly number[]): number {
  const half = Math.floor(sizes.length / 2);
  const [early, late] = [sizes.slice(0, half), sizes.slice(half)];
  return ((Math.min(...late) - Math.min(...early)) / half) * 100;
}

async function measureSizes(context: BenchContext): Promise<Sizes> {
  const parts = await context.parts();
  const model = createNodeModel();
  await using node = await startScriptedNode({}, model);
  const place = await makePlace(parts, 'memory');
  const sizes: Record<Stage, number[]> = { ingester: [], projector: [] };
  let branch = forkBlocks([REGTEST_GENESIS], { at: 0, length: DEPTH_MAX + 3, operations: OPERATIONS, salt: 'first' });
  for (const { bytes } of branch) model.submit(bytes);
  const running = await Promise.all(STAGES.map((stage) => startStage({ parts, node }, place, stage)));
  const failed = Promise.race(running.map(endedEarly));
  failed.catch(() => undefined);
  await using registry = await openRegistry(place.postgresUrl);
  const arrived = async (hash: string): Promise<void> => {
    const look = async () => (await readStatuses(registry).catch(() => []))[0]?.tip?.hash;
    await Promise.race([failed, until(`block ${hash}`, look, (found) => found === hash)]);
  };
  const reorgs = context.quick ? QUICK_REORGS : REORGS;
  for (let reorg = 0; reorg < reorgs; reorg += 1) {
    const depth = 1 + (reorg % DEPTH_MAX);
    const tip = branch.at(-1)?.height ?? 0;
    branch = forkBlocks(branch, { at: tip - depth, length: depth + 1, operations: OPERATIONS, salt: String(reorg) });
    for (const { bytes } of branch.slice(-depth - 1)) model.submit(bytes);
    await arrived(branch.at(-1)?.hash ?? '');
    for (const stage of STAGES) sizes[stage].push(residentMb(stageScript(stage), place.prefix));
    if (reorg % 50 === 49) context.log(`memory: ${reorg + 1} of ${reorgs} reorgs`);
    branch = branch.slice(-2 * DEPTH_MAX);
  }
  await Promise.all(running.map((one) => one.stop()));
  return sizes;
}

/** Resident size of the process that runs a script with this word among its arguments. Linux only. */
function residentMb(script: string, word: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const command = read(`/proc/${pid}/cmdline`);
    if (!command.includes(script) || !command.includes(word)) continue;
    const kb = /VmRSS:\s+(\d+) kB/.exec(read(`/proc/${pid}/status`))?.[1];
    if (kb !== undefined) return Number(kb) / 1_024;
  }
  return Number.NaN;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // the process has ended
  }
}

export const benches = [resident, growth];
