import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openRegistry, readStatuses } from '@virtualchain/projection';
import { REGTEST_GENESIS } from '@virtualchain/testing';
import { createNodeModel } from '../../kit/node-model.ts';
import { startScriptedNode } from '../../kit/scripted-node.ts';
import { until } from '../../kit/until.ts';
import type { Bench, BenchContext, OpenBench } from '../harness/bench.ts';
import { endedEarly, makePlace, type Stage, stageScript, startStage } from '../kit/stages.ts';
import { forkBlocks } from '../workloads/reorgs.ts';

/** So many reorgs are left alone; of these the largest size counts, as it would stand in a container's limit. */
const UNTOUCHED = 400;
/** Before each measure of the rest garbage is collected: what is left is what a process keeps. */
const COLLECTED = 600;
const REORGS_PER_COLLECTION = 20;
const FULL = { untouched: UNTOUCHED, collected: COLLECTED, reorgsPerCollection: REORGS_PER_COLLECTION };
const QUICK = { untouched: 6, collected: 6, reorgsPerCollection: 2 };
/** Of the last part, how much is left out of the fit: the first collections still shrink the heap. */
const WARM_UP = 0.2;
/** What a collection takes, and the operating system to count again. */
const COLLECTION_MS = 500;
const DEPTH_MAX = 7;
const OPERATIONS = 5;
const STAGES: readonly Stage[] = ['ingester', 'projector'];

/** Resident size of one stage in MB: after each reorg of the first part, and after each collection of the second. */
interface StageSizes {
  readonly untouched: number[];
  readonly collected: { readonly reorg: number; readonly mb: number }[];
}

type Sizes = Readonly<Record<Stage, StageSizes>>;

let measuredOnce: Promise<Sizes> | undefined;

const resident: Bench = {
  name: 'memory',
  workload: 'resident size',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 300, unit: 'MB' },
  rounds: 1,
  quickRounds: 1,
  note: `The larger of ingester and projector, at its largest, over ${UNTOUCHED} reorganisations of depth 1 to 7, with the garbage that stands then. What limits it: the room that V8 keeps for garbage; in a run of 130 reorganisations 31 of 164 MB of the ingester’s heap were in use after a collection, and 25 MB outside of it.`,
  open: (context) =>
    openMemory(context, (sizes) => Math.max(...STAGES.map((stage) => Math.max(...sizes[stage].untouched)))),
};

const growth: Bench = {
  name: 'memory',
  workload: 'growth per 100 reorgs',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 1, unit: 'MB' },
  rounds: 1,
  quickRounds: 1,
  note: `Of the process that grows more: the slope of a line fitted to its resident size over ${COLLECTED} further reorganisations, measured after a forced collection every ${REORGS_PER_COLLECTION}, the first fifth left out as warm-up. The forced collection does not make V8 give back the room it has taken, so that the slope is that of the room; whether what is in use grows as well is not decided (it was 36 and 31 MB after two collections of a short run).`,
  open: (context) => openMemory(context, (sizes) => Math.max(...STAGES.map((stage) => growthOf(sizes[stage])))),
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
    details: () => STAGES.map((stage) => (sizes === undefined ? '' : told(stage, sizes[stage]))),
    async [Symbol.asyncDispose]() {},
  };
}

function told(stage: Stage, { untouched, collected }: StageSizes): string {
  const some = (all: readonly number[]): string =>
    all
      .filter((_size, at) => at % Math.ceil(all.length / 8) === 0)
      .map(Math.round)
      .join(' ');
  const growth = growthOf({ untouched, collected }).toFixed(2);
  return `${stage}: ${some(untouched)}, collected: ${some(collected.map(({ mb }) => mb))} MB, ${growth} MB per 100 reorgs`;
}

/** In MB per 100 reorgs: least squares. */
function growthOf({ collected }: StageSizes): number {
  const points = collected.slice(Math.floor(collected.length * WARM_UP));
  const mean = (of: (point: (typeof points)[number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [at, size] = [mean(({ reorg }) => reorg), mean(({ mb }) => mb)];
  const covariance = mean(({ reorg, mb }) => (reorg - at) * (mb - size));
  return (covariance / mean(({ reorg }) => (reorg - at) ** 2)) * 100;
}

async function measureSizes(context: BenchContext): Promise<Sizes> {
  const parts = await context.parts();
  const model = createNodeModel();
  await using node = await startScriptedNode({}, model);
  const place = await makePlace(parts, 'memory');
  const sizes: Sizes = {
    ingester: { untouched: [], collected: [] },
    projector: { untouched: [], collected: [] },
  };
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
  const { untouched, collected, reorgsPerCollection } = context.quick ? QUICK : FULL;
  for (let reorg = 0; reorg < untouched + collected; reorg += 1) {
    const depth = 1 + (reorg % DEPTH_MAX);
    const tip = branch.at(-1)?.height ?? 0;
    branch = forkBlocks(branch, { at: tip - depth, length: depth + 1, operations: OPERATIONS, salt: String(reorg) });
    for (const { bytes } of branch.slice(-depth - 1)) model.submit(bytes);
    await arrived(branch.at(-1)?.hash ?? '');
    const sizeOf = (stage: Stage): number => residentMb(stageScript(stage), place.prefix);
    if (reorg < untouched) for (const stage of STAGES) sizes[stage].untouched.push(sizeOf(stage));
    else if (reorg % reorgsPerCollection === 0) {
      await Promise.all(running.map((one) => one.kill('SIGUSR2')));
      await setTimeout(COLLECTION_MS);
      for (const stage of STAGES) sizes[stage].collected.push({ reorg, mb: sizeOf(stage) });
    }
    if (reorg % 50 === 49) context.log(`memory: ${reorg + 1} of ${untouched + collected} reorgs`);
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
