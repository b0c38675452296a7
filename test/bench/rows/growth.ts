import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryLog, type LogChange, type LogEntry } from '@virtualchain/operation-log';
import { openProjection, type PostgresProjection } from '@virtualchain/projection';
import { connectKv, kvInstance, publish } from '../../contract/kv-log.ts';
import { disconnect, readAll } from '../../contract/log-blocks.ts';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { svgOf } from '../harness/chart.ts';
import { measured } from '../harness/processes.ts';

const folder = join(import.meta.dirname, '../../../benchmarks');
const TOPIC = 'vchain.regtest.kv';
const BLOCKS_PER_BATCH = 8;
/** The blocks whose cost is taken at each size. */
const MEASURED = { blocks: 40, operations: 50 };
const SIZES = [1_000, 10_000, 100_000, 300_000];
const QUICK_SIZES = [1_000, 5_000];
const ROWS_PER_BLOCK = 500;
const DEPTHS = [1, 6, 30, 100, 300, 1_000];
const QUICK_DEPTHS = [1, 6, 30];

/** Cost of a block against the rows that the projection has. */
const size: Bench = {
  name: 'growth',
  workload: 'cost of a block',
  peer: 'the same with 1,000 rows',
  target: { kind: 'amount', atMost: 2, unit: 'times' },
  rounds: 1,
  quickRounds: 1,
  note: 'CPU time of a block of 50 changes at the largest state, against the smallest; Node and Postgres. Chart: [benchmarks/state-size.svg](benchmarks/state-size.svg).',
  async open(context) {
    const points: { readonly rows: number; readonly node: number; readonly postgres: number }[] = [];
    return {
      async ours(round) {
        if (round >= 0) points.push(...(await costsBySize(context)));
        return { cpuMs: 0, wallMs: 0, answer: '' };
      },
      peer: null,
      amount() {
        const total = ({ node, postgres }: { node: number; postgres: number }) => node + postgres;
        const [first, last] = [points[0], points.at(-1)];
        if (!context.quick) {
          const lines = (['node', 'postgres'] as const).map((name) => ({
            name,
            points: points.map((point) => [point.rows, point[name]] as const),
          }));
          write('state-size.svg', {
            title: 'Cost of a block of 50 operations',
            x: 'rows of the state',
            y: 'CPU ms',
            lines,
          });
        }
        return first === undefined || last === undefined ? Number.NaN : total(last) / total(first);
      },
      details: () =>
        points.map(({ rows, node, postgres }) => `${rows} rows: ${node.toFixed(1)} + ${postgres.toFixed(1)} ms`),
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** Cost of taking blocks back, against how many. */
const depth: Bench = {
  name: 'growth',
  workload: 'a rollback by depth',
  peer: 'a block of the deepest, against one of depth 1',
  target: { kind: 'amount', atMost: 1, unit: 'times' },
  rounds: 1,
  quickRounds: 1,
  note: 'CPU time of taking back a block at the greatest depth, against depth 1. Chart: [benchmarks/rollback-depth.svg](benchmarks/rollback-depth.svg).',
  async open(context) {
    const points: (readonly [depth: number, ms: number])[] = [];
    return {
      async ours(round) {
        if (round >= 0) points.push(...(await costsByDepth(context)));
        return { cpuMs: 0, wallMs: 0, answer: '' };
      },
      peer: null,
      amount() {
        const lines = [{ name: 'node and Postgres', points }];
        if (!context.quick)
          write('rollback-depth.svg', { title: 'A rollback', x: 'blocks taken back', y: 'CPU ms', lines });
        const [first, last] = [points[0], points.at(-1)];
        return first === undefined || last === undefined ? Number.NaN : last[1] / last[0] / (first[1] / first[0]);
      },
      details: () => points.map(([blocks, ms]) => `${blocks}: ${ms.toFixed(1)} ms`),
      async [Symbol.asyncDispose]() {},
    };
  },
};

function write(file: string, chart: Parameters<typeof svgOf>[0]): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), svgOf(chart));
}

const blockName = (height: number): string => `0${'a'.repeat(height)}`;

const claims = (block: number, count: number): readonly string[] =>
  Array.from({ length: count }, (_, i) => `alice +b${block.toString(36)}x${i.toString(36)}`);

async function costsBySize(context: BenchContext) {
  const { postgres } = await context.parts();
  const postgresMs = await context.cpuMsOf('postgres');
  const url = await postgres.createDatabase(`growth_${process.pid}_size`);
  await using projection = await openProjection(url, kvInstance());
  await using log = createMemoryLog();
  const points: { rows: number; node: number; postgres: number }[] = [];
  let [block, rows] = [0, 0];
  let read: LogChange['cursor'] | null = null;
  const add = async (entries: readonly LogEntry[]): Promise<readonly LogChange[]> => {
    await publish(log, TOPIC, entries);
    const changes = await readAll(log, TOPIC, read);
    read = changes.at(-1)?.cursor ?? read;
    return changes;
  };
  for (const wanted of context.quick ? QUICK_SIZES : SIZES) {
    const entries: LogEntry[] = [];
    for (; rows < wanted; rows += ROWS_PER_BLOCK, block += 1)
      entries.push(connectKv(blockName(block), claims(block, ROWS_PER_BLOCK)));
    await advance(projection, await add(entries));
    const changing = Array.from({ length: MEASURED.blocks }, (_, i) =>
      connectKv(blockName(block + i), changesOfRows(block, i)),
    );
    block += MEASURED.blocks;
    const changes = await add(changing);
    const before = postgresMs();
    const { cpuMs } = await measured(async () => {
      await advance(projection, changes);
      return '';
    });
    const postgresCpu = postgresMs() - before;
    points.push({ rows: wanted, node: cpuMs / MEASURED.blocks, postgres: Math.max(postgresCpu, 1) / MEASURED.blocks });
    context.log(`growth: ${wanted} rows`);
  }
  return points;
}

/** Changes of rows that lie far apart. */
function changesOfRows(filled: number, at: number): readonly string[] {
  return Array.from({ length: MEASURED.operations }, (_, i) => {
    const number = (at * MEASURED.operations + i) * 7_919;
    const block = number % filled;
    return `alice =b${block.toString(36)}x${(number % ROWS_PER_BLOCK).toString(36)}:${'v'.repeat(1 + (number % 9))}`;
  });
}

async function costsByDepth(context: BenchContext): Promise<readonly (readonly [number, number])[]> {
  const depths = context.quick ? QUICK_DEPTHS : DEPTHS;
  const blocks = Math.max(...depths) + 10;
  const { postgres } = await context.parts();
  const postgresMs = await context.cpuMsOf('postgres');
  const url = await postgres.createDatabase(`growth_${process.pid}_depth`);
  await using projection = await openProjection(url, kvInstance());
  const main = Array.from({ length: blocks }, (_, i) => connectKv(blockName(i), claims(i, 10)));
  const back = (depth: number) => Array.from({ length: depth }, (_, i) => disconnect(blockName(blocks - 1 - i)));
  await using log = createMemoryLog();
  await publish(log, TOPIC, [...main, ...depths.flatMap((one) => [...back(one), ...main.slice(-one)])]);
  const changes = await readAll(log, TOPIC);
  await advance(projection, changes.slice(0, blocks));
  const points: (readonly [number, number])[] = [];
  let at = blocks;
  for (const one of depths) {
    const { cpuMs } = await measured(async () => {
      await projection.advance(changes.slice(at, at + one));
      return '';
    }, postgresMs);
    points.push([one, cpuMs]);
    await advance(projection, changes.slice(at + one, at + 2 * one));
    at += 2 * one;
  }
  return points;
}

async function advance(projection: PostgresProjection, changes: readonly LogChange[]): Promise<void> {
  for (let at = 0; at < changes.length; at += BLOCKS_PER_BATCH)
    await projection.advance(changes.slice(at, at + BLOCKS_PER_BATCH));
}

export const benches = [size, depth];
