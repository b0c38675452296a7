import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const runFile = promisify(execFile);
const JEST = join(root, 'node_modules/jest/bin/jest.js');
/** Where Node keeps the compiled code of processes that suites start, which are many and short: loading is most of a start. */
const COMPILED = join(root, '.vchain/compiled');
const WHERE = ['--config', join(root, 'jest.config.mjs'), '--rootDir', root];

/** How many tests ended how. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const nothingRun: Outcome = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Outcome, b: Outcome): Outcome {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The closing line: `N passed, N failed`. */
export function closingLine({ passed, failed, skipped }: Outcome): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** The environment that suites need, whatever else they need. */
export function suiteEnvironment(given: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const flags =
    '--experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning';
  return {
    ...given,
    NODE_OPTIONS: `${given['NODE_OPTIONS'] ?? ''} ${flags}`.trim(),
    NODE_COMPILE_CACHE: given['NODE_COMPILE_CACHE'] ?? COMPILED,
  };
}

/** The suites whose path matches, as absolute paths. */
export async function suitesOf(paths: readonly string[], env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const args = ['--listTests', '--json', '--passWithNoTests', '--testPathPatterns', ...paths];
  const { stdout } = await runFile(process.execPath, [JEST, ...WHERE, ...args], { cwd: root, env });
  return JSON.parse(stdout) as readonly string[];
}

/** Which suites run, and how many at a time. */
export interface Suites {
  readonly paths: readonly string[];
  /** Those whose path matches these are left out. */
  readonly without?: readonly string[];
  readonly workers: number;
}

/** What the configuration leaves out of every run; the flag takes its place. */
const NEVER = ['/node_modules/', '/template/'];

/** Runs the suites whose path matches. A run that ends without a result counts as one failure. */
export async function runJest(
  { paths, without = [], workers }: Suites,
  env: NodeJS.ProcessEnv,
  signal: AbortSignal,
): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'vchain-test-'));
  const file = join(folder, 'result.json');
  const flags = ['--passWithNoTests', '--forceExit', '--maxWorkers', String(workers), '--testPathPatterns', ...paths];
  const ignored = ['--testPathIgnorePatterns', ...NEVER, ...without];
  const where = [...WHERE, '--json', '--outputFile', file];
  // A group of its own: its workers end with it, which they would not by themselves.
  const child = spawn(process.execPath, [JEST, ...where, ...flags, ...ignored], {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const stop = () => void (child.pid && process.kill(-child.pid, 'SIGTERM'));
  signal.addEventListener('abort', stop);
  try {
    await new Promise<void>((done) => child.on('exit', () => done()));
    return outcomeOf(JSON.parse(await readFile(file, 'utf8')) as Record<string, number>);
  } catch {
    return { ...nothingRun, failed: 1 };
  } finally {
    signal.removeEventListener('abort', stop);
    await rm(folder, { recursive: true, force: true });
  }
}

function outcomeOf(result: Readonly<Record<string, number>>): Outcome {
  const brokenSuites = result['numRuntimeErrorTestSuites'] ?? 0;
  return {
    passed: result['numPassedTests'] ?? 0,
    failed: (result['numFailedTests'] ?? 0) + brokenSuites,
    skipped: (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0),
  };
}

/** Aborted by the first SIGINT or SIGTERM. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());
  return stopping.signal;
}

/** Ends the run with its count. What failed before a test could run is said in a line and counts as one failure. */
export async function countRun(signal: AbortSignal, run: () => Promise<Outcome>): Promise<void> {
  const total = await run().catch((error: unknown): Outcome => {
    const { code, message, stack } = error as Error & { readonly code?: string };
    console.error(code === undefined ? stack : `${code}: ${message}`);
    return { ...nothingRun, failed: 1 };
  });
  console.log(closingLine(total));
  process.exitCode = signal.aborted ? 130 : total.failed > 0 || total.passed === 0 ? 1 : 0;
}
