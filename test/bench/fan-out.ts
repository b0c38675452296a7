/**
 * `npm run bench:fan-out`: the ingester's speed with one projector reading its topic, and with eight. Runs alternate
 * (1 8 8 1 …) on one machine, each over the same blocks; prints the medians and their ratio, and ends with 1 below 0.9.
 *
 * What is asked is what readers cost the ingester through the topic, not how many processes fit on a small machine: on
 * Linux the ingester and the node have one core, the projectors and Postgres another and step back for the broker, which
 * has both; with one projector and with eight alike.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '@virtualchain/local';
import { startedLine } from '../kit/started-line.ts';
import { System } from '../kit/system.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 7);
const BLOCKS = Number(process.env['BLOCKS'] ?? 800);
const OPERATIONS = 20;
const TARGET = 0.9;
const LOOK_MS = 20;

await using system = await System.start({ seed: 21 });
console.error(`mining ${BLOCKS} blocks of ${OPERATIONS} operations`);
await system.mine(BLOCKS, OPERATIONS);
const tip = system.miner.tip;

const WRITING_CORE = '0';
const READING_CORE = '1';

/** Gives every process of the run its core: Postgres and projectors read, ingester and node write, the broker has both. */
function pinProcesses(): void {
  if (process.platform !== 'linux') return;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const postgresPort = new URL(system.postgresUrl).port;
  const postmasters = pids.filter(
    (pid) => commandOf(pid).includes('postgres') && commandOf(pid).includes(postgresPort),
  );
  for (const pid of pids) {
    const command = commandOf(pid);
    const isPostgres = postmasters.includes(pid) || postmasters.includes(parentOf(pid));
    const isOurs = command.includes(system.parts.runDirectory) || environmentOf(pid).includes(system.parts.topicPrefix);
    if (!(isPostgres || isOurs) || Number(pid) === process.pid || /kafka/.test(command)) continue;
    const isReading = isPostgres || /projector/.test(command);
    try {
      execFileSync('taskset', ['-acp', isReading ? READING_CORE : WRITING_CORE, pid], { stdio: 'ignore' });
      if (isReading) stepBack(pid);
    } catch {
      // it has ended since, or this kernel or machine cannot
    }
  }
}

/** The scheduler shares a core among sessions before it shares it among processes, so that a session steps back as well. */
function stepBack(pid: string): void {
  setPriority(Number(pid), constants.priority.PRIORITY_LOW);
  writeFileSync(`/proc/${pid}/autogroup`, String(constants.priority.PRIORITY_LOW));
}

const readProc = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
};
const commandOf = (pid: string): string => readProc(pid, 'cmdline');
const parentOf = (pid: string): string => /^PPid:\s*(\d+)/m.exec(readProc(pid, 'status'))?.[1] ?? '';
const environmentOf = (pid: string): string => readProc(pid, 'environ');

interface IngesterStatus {
  readonly chains: readonly { readonly epoch: number | null; readonly logHeight: number | null }[];
}

/** How long the ingester takes from the opening of its writer to the tip, as its own status says. */
async function secondsOf(ingester: RunningProcess): Promise<number> {
  const started = await startedLine(ingester);
  for (let openedAt = 0; ; await sleep(LOOK_MS)) {
    const answer = await fetch(`http://127.0.0.1:${started.port}/status`);
    const chain = ((await answer.json()) as IngesterStatus).chains[0];
    if (openedAt === 0 && chain?.epoch) openedAt = performance.now();
    if (chain?.logHeight === tip.height) return (performance.now() - openedAt) / 1_000;
  }
}

/** Seconds the ingester takes for all blocks, with so many projectors reading what it publishes. */
async function measure(projectors: number, round: number): Promise<number> {
  const prefix = `${system.parts.topicPrefix}-${round}-${projectors}`;
  const settings = { VCHAIN_TOPIC_PREFIX: prefix };
  const readers = await Promise.all(
    Array.from({ length: projectors }, async (_, i) =>
      system.projector('kv', {
        ...settings,
        VCHAIN_POSTGRES_URL: await system.parts.postgres.createDatabase(
          `fan_out_${system.parts.runId}_${round}_${projectors}_${i}`.toLowerCase().replace(/[^a-z0-9_]/g, '_'),
        ),
      }),
    ),
  );
  await Promise.all(readers.map(startedLine));
  const ingester = await system.ingester({ ...settings, VCHAIN_NODE_URL: system.parts.node.url });
  pinProcesses();
  const seconds = await secondsOf(ingester);
  await Promise.all([ingester, ...readers].map((process) => process.stop()));
  return seconds;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const one: number[] = [];
const eight: number[] = [];
for (let round = 0; round < ROUNDS; round++) {
  for (const projectors of round % 2 === 0 ? [1, 8] : [8, 1]) {
    const seconds = await measure(projectors, round);
    (projectors === 1 ? one : eight).push(seconds);
    console.error(
      `round ${round + 1} of ${ROUNDS}: ${projectors} projectors, ${seconds.toFixed(2)} s, ${Math.round(tip.height / seconds)} blocks/s`,
    );
  }
}
const ratio = median(one) / median(eight);
console.log(
  JSON.stringify({
    blocks: tip.height,
    operationsPerBlock: OPERATIONS,
    rounds: ROUNDS,
    secondsWithOne: median(one),
    secondsWithEight: median(eight),
    ratio,
    target: TARGET,
  }),
);
process.exitCode = ratio >= TARGET ? 0 : 1;
