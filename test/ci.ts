/**
 * What CI runs after the checks: everything on one kind of node, what is about nodes on the other, and the containers, each
 * where this machine can have it. A line says which it had and which it ran; the last line is one count over all runs.
 */
import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { debianBitcoind, findBitcoind, nodeProblem } from '@virtualchain/local';
import { add, countRun, nothingRun, type Outcome, stopSignal } from './jest.ts';

/** With which a run ends that needs what this machine does not have. */
const exitCodeUnavailable = 69;
const root = resolve(import.meta.dirname, '..');

/** One run among others: a script that ends with a count. */
interface Run {
  readonly what: string;
  readonly script: string;
  readonly args: readonly string[];
}

/** Suites in which one kind of node is not as good as the other. */
const ABOUT_NODES = [
  'test/contract/node.test',
  'test/e2e/reorg.test',
  'test/e2e/ingester.test',
  'test/e2e/wallet.test',
];

/** Which kinds of node this machine has; a bitcoind is fetched where Debian's packages can be had. */
async function nodesHere(): Promise<{ readonly kinds: readonly ('btcd' | 'bitcoind')[]; readonly line: string }> {
  const say = (line: string): void => console.error(line);
  const bitcoind = await Promise.resolve(findBitcoind(process.env) ?? debianBitcoind(process.env, say)).then(
    () => null,
    (error: Error) => error.message,
  );
  const problems = { btcd: await nodeProblem({ ...process.env, VCHAIN_LOCAL_NODE: 'btcd' }), bitcoind };
  const kinds = (['btcd', 'bitcoind'] as const).filter((kind) => problems[kind] === null);
  const lines = Object.entries(problems).map(([kind, problem]) => `${kind}: ${problem ?? 'yes'}`);
  return { kinds, line: `nodes on this machine: ${lines.join('; ')}` };
}

function runsOn(kinds: readonly string[]): readonly Run[] {
  const [first, second] = kinds;
  const script = 'test/run.ts';
  if (first === undefined) return [{ what: 'everything, on whatever node there is', script, args: [] }];
  const all: Run = { what: `everything, on ${first}`, script, args: ['--node', first] };
  if (second === undefined) return [all];
  const args = ['--node', second, ...ABOUT_NODES];
  return [all, { what: `node contract, reorg, ingester and wallet, on ${second}`, script, args }];
}

/**
 * Runs a script and reads its count, the last line that it prints; a run without one counts as a failure. Null when this
 * machine has not what it needs, as the script has said.
 */
async function outcomeOf({ what, script, args }: Run, signal: AbortSignal): Promise<Outcome | null> {
  console.error(`\n= ${what}`);
  const child = spawn(process.execPath, [join(root, script), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  const ended = new Promise<number | null>((done) => child.on('close', done));
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) {
    last = line;
    console.error(line); // the only count on our own output is the sum
  }
  const code = await ended;
  signal.removeEventListener('abort', stop);
  if (code === exitCodeUnavailable) return null;
  const [, passed, failed, skipped = 0] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(last) ?? [];
  if (passed === undefined) return { ...nothingRun, failed: 1 };
  return { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
}

const signal = stopSignal();
await countRun(signal, async () => {
  const { kinds, line } = await nodesHere();
  const containers: Run = {
    what: 'image, docker compose and testcontainers',
    script: 'test/containers/main.ts',
    args: [],
  };
  const advisories: Run = { what: 'advisories about packages', script: 'test/audit/main.ts', args: [] };
  const runs = [...runsOn(kinds), containers, advisories];
  console.error(line);
  let total = nothingRun;
  const done: string[] = [];
  const missing: string[] = [];
  for (const run of runs) {
    if (signal.aborted) break;
    const outcome = await outcomeOf(run, signal);
    total = add(total, outcome ?? nothingRun);
    (outcome === null ? missing : done).push(run.what);
  }
  const left = missing.length === 0 ? '' : ` Not to be had here: ${missing.join('; ')}.`;
  console.log(`${line}. Ran: ${done.join('; ')}.${left}`);
  return total;
});
