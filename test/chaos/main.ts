/**
 * `npm run chaos -- --minutes M --seed N [--node bitcoind|btcd|embedded] [--schedule]`: the whole system as real processes on a real
 * node, Kafka and Postgres, killed, frozen and cut off from one another while blocks and reorganisations go on; then everything is
 * held to what the generator recorded. Prints counts; ends with 1 unless nothing was lost, doubled or different and the run had
 * what it must have. `--schedule` prints what a seed would do, and does nothing.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stopSignal } from '../jest.ts';
import { nodeSettings, readNodeFlag } from '../node-choice.ts';
import { report } from './report.ts';
import { runChaos } from './run.ts';
import { describeSchedule, drawSchedule } from './troubles/schedule.ts';

const USAGE = 'usage: npm run chaos -- --minutes M --seed N [--node bitcoind|btcd|embedded] [--schedule]';
const root = resolve(import.meta.dirname, '../..');

const { node, patterns } = readNodeFlag(process.argv.slice(2));
const { values } = parseArgs({
  args: [...patterns],
  options: {
    minutes: { type: 'string', default: '5' },
    seed: { type: 'string', default: '1' },
    schedule: { type: 'boolean', default: false },
  },
});
const [minutes, seed] = [Number(values.minutes), Number(values.seed)];
const log = (line: string): void => console.error(line);

if (!Number.isSafeInteger(seed) || !(minutes > 0)) {
  log(USAGE);
  process.exitCode = 2;
} else if (values.schedule) {
  for (const line of describeSchedule(drawSchedule(seed, minutes))) console.log(line);
} else {
  Object.assign(process.env, await nodeSettings(node, process.env, log));
  const signal = stopSignal();
  const outcome = await runChaos({ seed, minutes, log, signal, keepIn: join(root, '.vchain/chaos') });
  if (outcome === null) {
    log('ended early; nothing was checked');
    process.exitCode = 130;
  } else {
    for (const line of report(outcome)) console.log(line);
    const isGood = outcome.kept === null;
    if (!isGood) {
      console.log(`everything that the run wrote is in ${outcome.kept}`);
      const flag = node === undefined ? '' : ` --node ${node}`;
      console.log(`again: npm run chaos -- --minutes ${minutes} --seed ${seed}${flag}`);
    }
    process.exitCode = isGood ? 0 : 1;
  }
}
// All is closed and said. Left to itself Node may wait for ever for requests to servers that were killed.
process.exit();
