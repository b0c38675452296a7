/**
 * `npm test [-- --node bitcoind|btcd] [<pattern> …]`: all suites on real parts. Kafka and Postgres are started once for
 * all of them (those that kill servers start their own), nodes by each suite, of the kind that is named; the checks of the
 * whole system run one after the other. Ends with `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { findBitcoind, startRealParts } from '@virtualchain/local';
import { nodeSettings, readNodeFlag } from './node-choice.ts';

const root = resolve(import.meta.dirname, '..');
const { node, patterns } = readNodeFlag(process.argv.slice(2));

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const PHASES = [
  {
    name: 'unit and contract suites',
    paths: [
      'libs/',
      'services/',
      'infra/',
      'test/contract/',
      'test/conformance/',
      'test/scenarios/',
      'test/architecture/',
      'test/mutants/',
    ],
    workers: 2,
  },
  { name: 'simulation', paths: ['test/simulation/'], workers: 1 },
  { name: 'end to end', paths: ['test/e2e/'], workers: 1 },
];

async function jest(
  paths: readonly string[],
  workers: number,
  env: NodeJS.ProcessEnv,
  folder: string,
): Promise<Outcome> {
  const file = join(folder, `${paths[0]?.replaceAll('/', '-')}.json`);
  const args = [
    join(root, 'node_modules/jest/bin/jest.js'),
    ...[
      '--config',
      join(root, 'jest.config.mjs'),
      '--rootDir',
      root,
      '--json',
      '--outputFile',
      file,
      '--passWithNoTests',
      '--forceExit',
    ],
    ...['--maxWorkers', String(workers), '--testPathPatterns', ...paths],
  ];
  // A group of its own: its workers end with it, which they would not by themselves.
  const child = spawn(process.execPath, args, {
    cwd: root,
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: true,
  });
  const stop = () => void (child.pid && process.kill(-child.pid, 'SIGTERM'));
  stopping.signal.addEventListener('abort', stop);
  await new Promise<void>((done) => child.on('exit', () => done()));
  stopping.signal.removeEventListener('abort', stop);
  const result = await readFile(file, 'utf8').then(
    (json) => JSON.parse(json) as Record<string, number>,
    () => null,
  );
  if (result === null) return { passed: 0, failed: 1, skipped: 0 };
  const brokenSuites = result['numRuntimeErrorTestSuites'] ?? 0;
  return {
    passed: result['numPassedTests'] ?? 0,
    failed: (result['numFailedTests'] ?? 0) + brokenSuites,
    skipped: (result['numPendingTests'] ?? 0) + (result['numTodoTests'] ?? 0),
  };
}

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopping.abort());

const folder = await mkdtemp(join(tmpdir(), 'vchain-test-'));
let total: Outcome = { passed: 0, failed: 0, skipped: 0 };
try {
  const chosen = await nodeSettings(node, process.env, (line) => console.error(line));
  await using parts = await startRealParts({ need: ['kafka', 'postgres'] });
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...chosen,
    VCHAIN_TEST_KAFKA_BROKERS: parts.kafka.brokers.join(','),
    VCHAIN_TEST_POSTGRES_URL: parts.postgres.url,
    NODE_OPTIONS:
      `${process.env['NODE_OPTIONS'] ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning --disable-warning=TimeoutNegativeWarning`.trim(),
  };
  const bitcoind = findBitcoind(env);
  const needy = bitcoind === undefined ? 'none, so that the suites that are about one are skipped' : bitcoind;
  console.error(`node: ${node ?? 'whatever this machine has'}; bitcoind: ${needy}`);
  const phases = patterns.length > 0 ? [{ name: patterns.join(' '), paths: patterns, workers: 1 }] : PHASES;
  for (const phase of phases) {
    if (stopping.signal.aborted) break;
    console.error(`\n— ${phase.name}`);
    const { passed, failed, skipped } = await jest(phase.paths, phase.workers, env, folder);
    total = { passed: total.passed + passed, failed: total.failed + failed, skipped: total.skipped + skipped };
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = stopping.signal.aborted ? 130 : total.failed > 0 || total.passed === 0 ? 1 : 0;
