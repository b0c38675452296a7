/** One soak, from the start of the servers to the verdict: read this first. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seeded } from '../kit/traffic.ts';
import { until } from '../kit/until.ts';
import type { ReadersReport } from '../load/readers.ts';
import type { Readers } from '../load/start-readers.ts';
import { BNS_PEOPLE, type Shape, SMALL, W2 } from './chain/branch.ts';
import {
  DEEP,
  DEEP_EVERY,
  DEPTH_MAX,
  type Limits,
  PROGRESS_MS,
  READERS,
  READERS_LOOK_MS,
  READERS_MS_MAX,
  REORG_CHANCE,
  SAMPLE_MS,
  SAMPLES_OF_REORGS,
  STEP_MS_MAX,
} from './limits.ts';
import { pictureOf } from './samples/picture.ts';
import { csvHead, csvLine, type Sample, takeSample } from './samples/sample.ts';
import { PROJECTORS, Stage } from './stage/stage.ts';
import { type Finding, judge } from './verdict/judge.ts';

/** How long a run is, and so what it does: small blocks and nothing but reorganisations, or full blocks for a time. */
export type Length =
  | { readonly kind: 'reorgs'; readonly reorgs: number }
  | { readonly kind: 'minutes'; readonly minutes: number };

export interface SoakOptions {
  readonly seed: number;
  readonly length: Length;
  readonly limits: Limits;
  /** Between samples of all processes. */
  readonly sampleMs?: number;
  /** Where `samples.csv` and `resident.svg` are written. */
  readonly folder: string;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a run did, and what came of it. */
export interface Outcome {
  readonly samples: readonly Sample[];
  /** Null where the run was too short to tell. */
  readonly findings: readonly Finding[] | null;
  /** What is wrong besides: a feed that a reader did not get whole, a machine without accepted operations. */
  readonly wrong: readonly string[];
}

/** Runs until the length is reached or the signal is aborted; then it is judged by what there is. */
export async function runSoak(options: SoakOptions): Promise<Outcome> {
  const { seed, length, limits, log } = options;
  const shape = length.kind === 'reorgs' ? SMALL : W2;
  const collects = limits.inUseMbPer100Reorgs !== null;
  const people = Math.max(BNS_PEOPLE, shape.bns + shape.kv + shape.others);
  await using stage = await Stage.start({ seed, people, collects, log });
  const run = new Run(stage, options, shape);
  await Promise.race([run.play(), stage.failed]);
  const wrong = await run.problems();
  await stage.stopProcesses();
  return { samples: run.samples, findings: judge(run.samples, limits), wrong };
}

class Run {
  readonly samples: Sample[] = [];
  readonly #stage: Stage;
  readonly #options: SoakOptions;
  readonly #shape: Shape;
  readonly #random: () => number;
  readonly #began = performance.now();
  #reorgs = 0;
  #sampled: Promise<void> = Promise.resolve();
  /** When the node got the block that is waited for, and who has it. */
  #waiting: { readonly since: number; readonly arrived: ReadonlySet<string> } = {
    since: 0,
    arrived: new Set(PROJECTORS),
  };

  constructor(stage: Stage, options: SoakOptions, shape: Shape) {
    this.#stage = stage;
    this.#options = options;
    this.#shape = shape;
    this.#random = seeded(options.seed + 1);
  }

  get #seconds(): number {
    return (performance.now() - this.#began) / 1_000;
  }

  /** The part that is done, from 0 to 1. */
  get #part(): number {
    const { length } = this.#options;
    return length.kind === 'reorgs' ? this.#reorgs / length.reorgs : this.#seconds / (length.minutes * 60);
  }

  async play(): Promise<void> {
    const { signal, log } = this.#options;
    const ending = new AbortController();
    const progress = setInterval(() => log(this.#progress()), PROGRESS_MS);
    const sampling = this.#sampleUntil(ending.signal);
    try {
      while (this.#part < 1 && !signal.aborted) {
        await Promise.race([this.#step(), sampling]);
        if (this.#isSampleDue()) await this.#sample();
      }
    } finally {
      clearInterval(progress);
      ending.abort();
      await sampling;
    }
    await this.#sample();
    writeFileSync(join(this.#options.folder, 'resident.svg'), pictureOf(this.samples));
  }

  /** A block or a reorganisation, and until every projection has it. */
  async #step(): Promise<void> {
    const { branch } = this.#stage;
    const depth = this.#depth();
    const consensusHash = await this.#stage.consensusHash(branch.tip.height - depth);
    if (depth === 0) await branch.mine(this.#shape, consensusHash);
    else {
      const shape = depth > DEPTH_MAX ? SMALL : this.#shape;
      await branch.reorganise(depth, shape, consensusHash);
      this.#reorgs += 1;
    }
    await this.#arrived(branch.tip.hash);
  }

  /** Of the next reorganisation; 0 where it is to be a block. */
  #depth(): number {
    const { depthMax } = this.#stage.branch;
    const isReorg = this.#options.length.kind === 'reorgs' || this.#random() < REORG_CHANCE;
    if (!isReorg || depthMax < DEPTH_MAX) return 0;
    const isDeep = this.#reorgs % DEEP_EVERY === DEEP_EVERY - 1 && depthMax >= DEEP;
    return isDeep ? DEEP : 1 + Math.floor(this.#random() * DEPTH_MAX);
  }

  async #arrived(hash: string): Promise<void> {
    const arrived = new Set<string>();
    this.#waiting = { since: performance.now(), arrived };
    await until(
      `block ${hash} in every projection`,
      () => this.#stage.newest(),
      (newest) => {
        for (const name of PROJECTORS) if (newest[name] === hash) arrived.add(name);
        return arrived.size === PROJECTORS.length;
      },
      STEP_MS_MAX,
    );
  }

  async #sampleUntil(ending: AbortSignal): Promise<void> {
    const { sampleMs = SAMPLE_MS } = this.#options;
    while (!ending.aborted) {
      await this.#sample();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, sampleMs);
        ending.addEventListener('abort', () => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Whether a part of the reorganisations has passed without a sample: a fast machine does many between two moments. */
  #isSampleDue(): boolean {
    const { length } = this.#options;
    const behind = this.#reorgs - (this.samples.at(-1)?.reorgs ?? 0);
    return length.kind === 'reorgs' && behind >= length.reorgs / SAMPLES_OF_REORGS;
  }

  /** One at a time, in order. */
  #sample(): Promise<void> {
    this.#sampled = this.#sampled.then(() => this.#takeSample());
    return this.#sampled;
  }

  async #takeSample(): Promise<void> {
    const { blocks, operations } = this.#stage.branch;
    const { since, arrived } = this.#waiting;
    const lagSeconds = Object.fromEntries(
      PROJECTORS.map((name) => [name, arrived.has(name) ? 0 : (performance.now() - since) / 1_000]),
    );
    const counts = { seconds: this.#seconds, blocks, operations, reorgs: this.#reorgs, lagSeconds };
    const sample = await takeSample(this.#stage, counts, this.#options.limits.inUseMbPer100Reorgs !== null);
    const { folder, log } = this.#options;
    const file = join(folder, 'samples.csv');
    const before = this.samples.at(-1);
    if (before === undefined) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, `${csvHead(sample)}\n`);
    }
    appendFileSync(file, `${csvLine(sample)}\n`);
    this.samples.push(sample);
    const hundreds = (reorgs: number): number => Math.floor(reorgs / 100);
    if (before === undefined || hundreds(sample.reorgs) > hundreds(before.reorgs)) log(sizesLine(sample));
  }

  #progress(): string {
    const { blocks, operations } = this.#stage.branch;
    const [seconds, part] = [this.#seconds, this.#part];
    const left = part === 0 ? '?' : Math.max(0, (seconds / part) * (1 - part)).toFixed(0);
    const rate = (operations / seconds).toFixed(0);
    return `${seconds.toFixed(0)} s, ${left} s left: ${blocks} blocks, ${operations} operations (${rate}/s), ${this.#reorgs} reorganisations`;
  }

  /** What is wrong besides the figures: whether the work was what it should be, and every reader has all of it. */
  async problems(): Promise<readonly string[]> {
    const statuses = await this.#stage.statuses();
    const problems: string[] = [];
    for (const { build, checkpoint, verdicts } of statuses) {
      const name = PROJECTORS.find((each) => each === build.machine);
      if (name === undefined) continue;
      if (verdicts.accepted === 0) problems.push(`${name} accepted no operation`);
      const { feedPosition } = checkpoint;
      const report = await lastReport(this.#stage.readers[name], feedPosition);
      const behind = report.positions.filter((position) => position !== feedPosition);
      if (behind.length > 0) problems.push(`readers of ${name} ended at ${behind.join(', ')}, not at ${feedPosition}`);
      if (report.wrong > 0) problems.push(`${report.wrong} entries of the feed of ${name} came out of order`);
      if (report.open !== READERS.idle + READERS.busy) problems.push(`only ${report.open} readers of ${name} are left`);
    }
    return problems;
  }
}

/** What the readers of a feed have once it is all of it, or no more comes. */
async function lastReport(readers: Readers, position: number): Promise<ReadersReport> {
  let report = await readers.report();
  const isWhole = (): boolean => report.positions.every((each) => each >= position);
  for (const deadline = performance.now() + READERS_MS_MAX; !isWhole() && performance.now() < deadline; ) {
    await sleep(READERS_LOOK_MS);
    report = await readers.report();
  }
  return report;
}

/** The resident size of every process. */
function sizesLine({ reorgs, processes }: Sample): string {
  const sizes = Object.entries(processes).map(([name, { residentMb }]) => `${name} ${residentMb.toFixed(0)} MB`);
  return `${reorgs} reorganisations: ${sizes.join(', ')}`;
}
