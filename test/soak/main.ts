/**
 * `npm run soak -- (--hours H | --minutes M | --reorgs N) [--seed N] [--out DIR] [--node bitcoind|btcd|embedded]`: the whole system on a
 * real node, Kafka and Postgres, for a long time: full blocks with reorganisations (hours, minutes), or small ones with a reorganisation
 * after the other (reorgs: so many behind a warm-up of half as many; 1,000 of them take about a quarter of an hour). Samples of every process go to `samples.csv`, a chart to
 * `resident.svg`. At the end, and when it is interrupted, what memory, handles, threads and lag did is held to limits: ends with 1
 * where one is broken.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stopSignal } from '../jest.ts';
import { nodeSettings, readNodeFlag } from '../node-choice.ts';
import { LIMITS, WARM_UP } from './limits.ts';
import { isGood, report } from './report.ts';
import { type Length, runSoak } from './run.ts';

const USAGE =
  'usage: npm run soak -- (--hours H | --minutes M | --reorgs N) [--seed N] [--out DIR] [--node bitcoind|btcd|embedded]';
const root = resolve(import.meta.dirname, '../..');

const { node, patterns } = readNodeFlag(process.argv.slice(2));
const { values } = parseArgs({
  args: [...patterns],
  options: {
    hours: { type: 'string' },
    minutes: { type: 'string' },
    reorgs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string' },
  },
});
const seed = Number(values.seed);
const length = lengthOf(values);
const log = (line: string): void => console.error(line);

if (!Number.isSafeInteger(seed) || length === null) {
  log(USAGE);
  process.exitCode = 2;
} else {
  Object.assign(process.env, await nodeSettings(node, process.env, log));
  const folder = resolve(values.out ?? join(root, '.vchain/soak', `seed-${seed}-${Date.now()}`));
  const outcome = await runSoak({ seed, length, limits: LIMITS, folder, log, signal: stopSignal() });
  for (const line of report(outcome)) console.log(line);
  console.log(`samples and chart are in ${folder}`);
  process.exitCode = isGood(outcome) ? 0 : 1;
}
// All is closed and said. Left to itself Node may wait for ever for requests to servers that were killed.
process.exit();

/** Null where the flags name none, or more than one. */
function lengthOf({ hours, minutes, reorgs }: Partial<Record<'hours' | 'minutes' | 'reorgs', string>>): Length | null {
  const found: readonly (Length | null)[] = [
    reorgs === undefined ? null : { kind: 'reorgs', reorgs: Math.ceil(Number(reorgs) / (1 - WARM_UP)) },
    hours === undefined && minutes === undefined
      ? null
      : { kind: 'minutes', minutes: Number(hours ?? 0) * 60 + Number(minutes ?? 0) },
  ];
  const [one = null, ...others] = found.filter((length) => length !== null);
  if (one === null || others.length > 0) return null;
  return (one.kind === 'reorgs' ? one.reorgs : one.minutes) > 0 ? one : null;
}
