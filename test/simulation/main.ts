/**
 * `npm run simulate -- --seeds 1..1000`: runs seeds on all processors. `--seed N --trace`: one seed, every step printed.
 * `--seeds 1..8 --hash`: for each seed the hash of its trace, and nothing else unless a seed fails.
 * Ends with the totals; a seed that fails is named with the command that repeats it, and the exit code is 1.
 */
import { hash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import type { Violation } from './run/violation.ts';
import { simulate } from './simulate.ts';

/** Every so many seeds are run twice: the second run must leave the same trace. */
const REPEAT_EVERY = 100;
const PROGRESS_MS = 2_000;
const VIOLATIONS_SHOWN_MAX = 5;
/** Room for short-lived objects, so that the collector runs less often. */
const YOUNG_GENERATION_MB = 128;

interface Report {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  readonly traceHash: string;
}

interface Wanted {
  readonly trace?: ((line: string) => void) | undefined;
  /** Whether the hash of every seed's trace is asked for. */
  readonly hashes: boolean;
}

usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));

/** Lets one invariant fail, so that a test can see what a failing seed looks like. */
const failsOnRequest = process.env['VCHAIN_SIMULATION_FAILS'] === 'yes';
const requested: Violation = { invariant: 'I8', where: 'the run itself', what: 'fails on request' };

async function runOne(seed: number, { trace, hashes }: Wanted): Promise<Report> {
  const repeats = seed % REPEAT_EVERY === 0 && trace === undefined && !hashes;
  const run = await simulate({ seed, hashesTrace: repeats || hashes, ...(trace && { trace }) });
  const { counts, traceHash } = run;
  const report = (violations: readonly Violation[]): Report => ({ seed, violations, counts, traceHash });
  if (failsOnRequest) return report([requested]);
  if (!repeats) return report(run.violations);
  const again = await simulate({ seed });
  const differs: Violation = { invariant: 'I5', where: 'the run itself', what: `another trace: ${again.traceHash}` };
  return report(again.traceHash === traceHash ? run.violations : [...run.violations, differs]);
}

if (isMainThread) {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string' },
      seed: { type: 'string' },
      trace: { type: 'boolean' },
      hash: { type: 'boolean', default: false },
      workers: { type: 'string' },
    },
  });
  const [first = 1, last = first] = (values.seeds ?? values.seed ?? '1..100').split('..').map(Number);
  if (!Number.isSafeInteger(first) || !Number.isSafeInteger(last) || last < first) {
    console.error('usage: npm run simulate -- --seeds 1..1000 [--hash] | --seed N [--trace]');
    process.exit(2);
  }
  const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const started = performance.now();
  const workers = Math.min(Number(values.workers ?? availableParallelism()), seeds.length);
  const reports = values.trace
    ? [await runOne(first, { trace: (line) => console.log(line), hashes: false })]
    : await runAll(seeds, workers, values.hash);
  process.exitCode = values.hash ? printHashes(reports) : conclude(reports, started);
} else {
  parentPort?.on('message', (seed: number) => {
    runOne(seed, workerData as Wanted).then(
      (report) => parentPort?.postMessage(report),
      (error: unknown) => {
        const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
        const violation: Violation = { invariant: 'I8', where: 'the simulation', what };
        parentPort?.postMessage({
          seed,
          violations: [violation],
          counts: { seeds: 1 },
          traceHash: '',
        } satisfies Report);
      },
    );
  });
}

async function runAll(seeds: readonly number[], workerCount: number, hashes: boolean): Promise<Report[]> {
  const started = performance.now();
  const reports: Report[] = [];
  const waiting = [...seeds];
  let failed = 0;
  const progress = setInterval(() => {
    const perSecond = reports.length / ((performance.now() - started) / 1_000);
    const left = perSecond === 0 ? '?' : Math.ceil((seeds.length - reports.length) / perSecond);
    console.error(
      `${reports.length}/${seeds.length} seeds, ${perSecond.toFixed(1)}/s, ${left} s left, ${failed} failed`,
    );
  }, PROGRESS_MS);
  const work = async (): Promise<void> => {
    const worker = new Worker(new URL(import.meta.url), {
      workerData: { hashes } satisfies Wanted,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
    });
    const ended = Promise.withResolvers<void>();
    const next = (): void => {
      const seed = waiting.shift();
      if (seed === undefined) ended.resolve();
      else worker.postMessage(seed);
    };
    worker.on('error', ended.reject);
    worker.on('message', (report: Report) => {
      reports.push(report);
      if (report.violations.length > 0) {
        failed += 1;
        tell(report);
      }
      next();
    });
    next();
    await ended.promise;
    await worker.terminate();
  };
  await Promise.all(Array.from({ length: workerCount }, work));
  clearInterval(progress);
  return reports;
}

function tell({ seed, violations }: Report): void {
  console.log(`seed ${seed} failed; to see it again: npm run simulate -- --seed ${seed} --trace`);
  for (const { invariant, where, what } of violations.slice(0, VIOLATIONS_SHOWN_MAX)) {
    console.log(`  ${invariant} ${where}: ${what}`);
  }
}

/** Prints one line a seed; answers with the exit code. */
function printHashes(reports: readonly Report[]): number {
  for (const { seed, traceHash } of reports.toSorted((a, b) => a.seed - b.seed)) console.log(`${seed} ${traceHash}`);
  return reports.some(({ violations }) => violations.length > 0) ? 1 : 0;
}

/** Prints the totals; answers with the exit code. */
function conclude(reports: readonly Report[], started: number): number {
  const totals = new Map<string, number>();
  for (const { counts } of reports) {
    for (const [what, count] of Object.entries(counts)) totals.set(what, (totals.get(what) ?? 0) + count);
  }
  const first = ['seeds', 'blocks', 'operations', 'reorgs', 'crashes'];
  const others = [...totals.keys()].filter((what) => !first.includes(what)).sort();
  for (const what of [...first, ...others]) console.log(`${String(totals.get(what) ?? 0).padStart(12)} ${what}`);
  const failed = reports.filter(({ violations }) => violations.length > 0);
  if (reports.length === 1) for (const report of failed) tell(report);
  const seconds = ((performance.now() - started) / 1_000).toFixed(0);
  console.log(`${reports.length - failed.length} seeds passed, ${failed.length} failed, in ${seconds} s`);
  if (failed.length > 1)
    console.log(
      `failed: ${failed
        .map(({ seed }) => seed)
        .sort((a, b) => a - b)
        .join(' ')}`,
    );
  return failed.length > 0 ? 1 : 0;
}
