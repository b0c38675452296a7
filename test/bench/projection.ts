/**
 * `npm run bench:projection [-- <checkout> …]`: what it costs to project blocks of kv operations, in CPU time of Node and
 * of the Postgres backends. Runs of this checkout and of the others named alternate on one machine, each in a process and
 * a database of its own; prints the medians, and for each other checkout how much of its cost this one has. `W2=12`
 * takes so many blocks of the workload of the row `project` instead.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { startRealParts } from '@virtualchain/local';
import { medianOf } from './harness/quantile.ts';

const ROUNDS = Number(process.env['ROUNDS'] ?? 5);
const BLOCKS = Number(process.env['BLOCKS'] ?? 400);
const OPERATIONS = Number(process.env['OPERATIONS'] ?? 10);
const W2_BLOCKS = Number(process.env['W2'] ?? 0);
const BLOCKS_PER_BATCH = Number(process.env['BLOCKS_PER_BATCH'] ?? (W2_BLOCKS > 0 ? 4 : 8));
/** Of Linux, in which `/proc` counts CPU time. */
const MS_PER_TICK = 10;

/** CPU time of one run. */
interface Cost {
  readonly nodeMs: number;
  readonly postgresMs: number;
}

/** As the checkouts have them; an older one is another program. */
interface Checkout {
  readonly projection: typeof import('@virtualchain/projection');
  readonly kvLog: typeof import('../contract/kv-log.ts');
  readonly kvRun: typeof import('./kit/kv-run.ts');
  readonly client: typeof import('../kit/postgres-client.ts');
}

const [first, ...rest] = process.argv.slice(2);
if (first === '--measure') console.log(JSON.stringify(await measure(...(rest as [string, string]))));
else await compare([resolve(import.meta.dirname, '../..'), ...process.argv.slice(2).map((path) => resolve(path))]);

async function compare(checkouts: readonly string[]): Promise<void> {
  await using parts = await startRealParts({ need: ['postgres'], log: (line) => console.error(line) });
  const costs = new Map<string, Cost[]>(checkouts.map((path) => [path, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, path] of (round % 2 === 0 ? checkouts : [...checkouts].reverse()).entries()) {
      const url = await parts.postgres.createDatabase(`bench_${round}_${i}`);
      const cost = await measureApart(path, url);
      costs.get(path)?.push(cost);
      console.error(`round ${round + 1} of ${ROUNDS}: ${path}: node ${cost.nodeMs} ms, postgres ${cost.postgresMs} ms`);
    }
  }
  const medians = checkouts.map((path) => ({ path, ...medianCost(costs.get(path) ?? []) }));
  const [ours, ...others] = medians;
  const ratios = others.map((other) => ({
    to: other.path,
    node: ratio(ours?.nodeMs, other.nodeMs),
    postgres: ratio(ours?.postgresMs, other.postgresMs),
  }));
  console.log(JSON.stringify({ blocks: BLOCKS, operations: BLOCKS * OPERATIONS, rounds: ROUNDS, medians, ratios }));
}

async function measureApart(path: string, url: string): Promise<Cost> {
  const child = [import.meta.filename, '--measure', path, url];
  const { stdout } = await promisify(execFile)(process.execPath, child, { env: process.env });
  return JSON.parse(stdout) as Cost;
}

/** Projects the blocks with the sources of a checkout. */
async function measure(path: string, url: string): Promise<Cost> {
  const { projection: sources, kvLog, kvRun, client: clients } = await load(path);
  const isW2 = W2_BLOCKS > 0;
  const changes = isW2 ? await kvRun.kvChanges(W2_BLOCKS, 1) : await kvLog.changesOf(entriesOf(kvLog));
  const projection = isW2 ? await kvRun.openKv(url) : await sources.openProjection(url, kvLog.kvInstance());
  const client = await clients.Client.connect(url);
  const before = process.cpuUsage();
  for (let at = 0; at < changes.length; at += BLOCKS_PER_BATCH)
    await projection.advance(changes.slice(at, at + BLOCKS_PER_BATCH));
  const { user, system } = process.cpuUsage(before);
  const backends = await client.rows(
    "select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()",
  );
  const postgresMs = backends.reduce((sum, { pid }) => sum + cpuMsOf(Number(pid)), 0);
  await client.close();
  await projection.close();
  return { nodeMs: Math.round((user + system) / 1_000), postgresMs };
}

async function load(path: string): Promise<Checkout> {
  const at = (file: string) => import(pathToFileURL(join(path, file)).href);
  return {
    projection: await at('libs/projection/src/index.ts'),
    kvLog: await at('test/contract/kv-log.ts'),
    kvRun: await at('test/bench/kit/kv-run.ts'),
    client: await at('test/kit/postgres-client.ts'),
  };
}

/** Blocks in which names are registered, changed by their owners and by others, and given up. */
function entriesOf({ connectKv }: Checkout['kvLog']) {
  return Array.from({ length: BLOCKS }, (_, block) =>
    connectKv(
      `0${'a'.repeat(block)}`,
      Array.from({ length: OPERATIONS }, (_each, i) => operation(block, i)),
    ),
  );
}

function operation(block: number, i: number): string {
  if (i % 2 === 0) return `alice +n${block}x${i}`;
  if (block === 0) return `bob =n0x${i - 1}:stolen`;
  return i % 3 === 0 ? `alice -n${block - 1}x${i - 1}` : `alice =n${block - 1}x${i - 1}:${'v'.repeat(i)}`;
}

function cpuMsOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

function medianCost(costs: readonly Cost[]): Cost {
  return {
    nodeMs: medianOf(costs.map(({ nodeMs }) => nodeMs)),
    postgresMs: medianOf(costs.map(({ postgresMs }) => postgresMs)),
  };
}

function ratio(ours = 0, theirs = 0): number {
  return Number((ours / theirs).toFixed(3));
}
