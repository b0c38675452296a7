import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';
import { makeWorkingCopy } from './working-copy.ts';

const SUITE_LIMIT_MS = 900_000;
const NODE_OPTIONS =
  '--experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning';

/** What became of a mutant: which test missed the rule, or that none did. */
export type Fate =
  | { readonly kind: 'caught'; readonly by: string; readonly others: number }
  | { readonly kind: 'survived' }
  /** The suites did not come to an end, or to a beginning: that catches nothing. */
  | { readonly kind: 'broken'; readonly why: string };

interface SuiteRun {
  readonly failed: readonly string[];
  readonly passed: number;
  /** Suites that failed outside of any test. */
  readonly broken: readonly string[];
}

/**
 * Runs the fitting suites once as they are, and once for every mutant.
 *
 * @throws when the suites fail without any mutant, or a mutant's text is not where it should be.
 */
export async function runMutants(
  mutants: readonly Mutant[],
  report: (mutant: Mutant, fate: Fate) => void,
): Promise<readonly Fate[]> {
  await using copy = await makeWorkingCopy();
  const sound = await runSuites(copy.path, [...new Set(mutants.flatMap(({ tests }) => tests))]);
  const faults = sound === null ? ['they do not end'] : [...sound.failed, ...sound.broken];
  if (faults.length > 0 || sound?.passed === 0) {
    throw new Error(`the suites fail without any mutant: ${faults.join('; ') || 'no test ran'}`);
  }
  const fates: Fate[] = [];
  for (const mutant of mutants) {
    await copy.apply(mutant);
    const fate = fateOf(await runSuites(copy.path, mutant.tests));
    await copy.restore(mutant);
    report(mutant, fate);
    fates.push(fate);
  }
  return fates;
}

function fateOf(run: SuiteRun | null): Fate {
  if (run === null) return { kind: 'broken', why: `no end within ${SUITE_LIMIT_MS / 1000} s` };
  const [by, ...others] = run.failed;
  if (by !== undefined) return { kind: 'caught', by, others: others.length };
  const [why] = run.broken;
  return why === undefined ? { kind: 'survived' } : { kind: 'broken', why };
}

/** Null when the suites do not end in time. */
async function runSuites(copy: string, tests: readonly string[]): Promise<SuiteRun | null> {
  const outputFile = join(copy, 'result.json');
  await rm(outputFile, { force: true });
  const child = spawn(
    process.execPath,
    [
      join(copy, 'node_modules/jest/bin/jest.js'),
      ...['--config', join(copy, 'jest.config.mjs'), '--rootDir', copy, '--json', '--outputFile', outputFile],
      ...['--forceExit', '--runInBand', '--runTestsByPath', ...tests.map((file) => join(copy, file))],
    ],
    { cwd: copy, env: { ...process.env, NODE_OPTIONS }, stdio: 'ignore' },
  );
  const limit = setTimeout(() => child.kill('SIGKILL'), SUITE_LIMIT_MS);
  const { promise: ended, resolve } = Promise.withResolvers<NodeJS.Signals | null>();
  child.on('exit', (_code, signal) => resolve(signal));
  const signal = await ended;
  clearTimeout(limit);
  if (signal !== null) return null;
  const result = JSON.parse(await readFile(outputFile, 'utf8')) as JestResult;
  return {
    failed: result.testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ),
    passed: result.numPassedTests,
    broken: result.testResults
      .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
      .map(({ message }) => message.slice(0, 500)),
  };
}

interface JestResult {
  readonly numPassedTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}
