/**
 * `npm run bench -- [names] [--quick] [--json FILE]`: every row of BENCHMARKS.md, ours and its peer in turn in this one run.
 * Rows that are not quick are kept, and BENCHMARKS.md is written anew from them. `--quick` finishes in minutes, with small
 * workloads and few rounds, and keeps nothing.
 * Ends with 1 when a row could not be measured or the answers of both sides differ; a target that is not met is no failure.
 */
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { startYoung } from '@virtualchain/process';
import type { BenchContext } from './harness/bench.ts';
import { measureRow, type Row } from './harness/interleave.ts';
import { keepRow } from './harness/kept-rows.ts';
import { cpuMsOfProcesses } from './harness/processes.ts';
import { lineOf, machineOf } from './harness/report.ts';
import { ROWS } from './rows/rows.ts';

startYoung();
usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => ROWS[name] === undefined);
if (unknown.length > 0) {
  console.error(`no such row: ${unknown.join(', ')}; there are ${Object.keys(ROWS).join(', ')}`);
  process.exitCode = 2;
} else await run(positionals.length === 0 ? Object.keys(ROWS) : positionals);

async function run(names: readonly string[]): Promise<void> {
  let parts: Promise<RealParts<'kafka' | 'postgres'>> | undefined;
  const log = (line: string): void => console.error(line);
  const startParts = () => {
    parts ??= startRealParts({ need: ['kafka', 'postgres'], log });
    return parts;
  };
  const context: BenchContext = {
    quick: values.quick,
    parts: startParts,
    async cpuMsOf(part) {
      const { runDirectory } = await startParts();
      return () => cpuMsOfProcesses(runDirectory, part);
    },
    log,
  };
  const rows: Row[] = [];
  const failed: string[] = [];
  try {
    for (const name of names) {
      for (const bench of (await ROWS[name]?.()) ?? []) {
        try {
          const row = await measureRow(bench, context);
          rows.push(row);
          if (!values.quick) keepRow(row, Object.keys(ROWS));
          console.log(lineOf(row));
        } catch (error) {
          failed.push(`${bench.name} ${bench.workload}`);
          console.error(`${bench.name} ${bench.workload} could not be measured:`, error);
        }
      }
    }
  } finally {
    await (await parts)?.[Symbol.asyncDispose]();
  }
  const report = { rows, machine: machineOf() };
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  const unequal = rows.filter(({ equal }) => !equal);
  const met = rows.filter(({ met }) => met).length;
  for (const { name, workload } of unequal) console.error(`${name} ${workload}: the two sides did not answer the same`);
  console.log(`${met} of ${rows.length} targets met${failed.length > 0 ? `; not measured: ${failed.join(', ')}` : ''}`);
  if (failed.length > 0 || unequal.length > 0) process.exitCode = 1;
}
