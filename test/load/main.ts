/**
 * `npm run load:subscribers`: 1,000 idle and 100 busy readers of a gateway while blocks of W2 are folded, for as long as
 * `MINUTES` says (6, the first three of them warm-up). Prints each sample; ends with 1 where a reader is not complete, or where the
 * gateway's resident size grows by more than 1 MB a minute behind the warm-up.
 */
import { startRealParts } from '@virtualchain/local';
import { loadSubscribers } from './subscribers-run.ts';

const number = (name: string, fallback: number): number => Number(process.env[name] ?? fallback);
const minutes = number('MINUTES', 6);
const seconds = number('SECONDS_PER_BLOCK', 4);
/** The heap of a process grows, in ever rarer steps, to what it works with: the last step was seen after 170 seconds. */
const warmUpMs = 180_000;
const GROWTH_MB_PER_MINUTE_MAX = 1;

await using parts = await startRealParts({ need: ['postgres'], log: (line) => console.error(line) });
const result = await loadSubscribers(parts, {
  ...{ idle: number('IDLE', 1_000), busy: number('BUSY', 100), scale: 1, warmUpMs },
  blocks: Math.ceil((minutes * 60) / seconds),
  blockEveryMs: seconds * 1_000,
  onSample: ({ seconds: at, residentMb }) => {
    if (Math.round(at) % 10 === 0) console.log(`${at.toFixed(0).padStart(4)} s  ${residentMb.toFixed(0)} MB resident`);
  },
});
const incomplete = result.positions.filter((position) => position !== result.lastPosition).length;
console.log(
  `${result.operations} operations, ${result.lastPosition} entries to ${result.positions.length} busy readers, ${(result.bytes / 1e9).toFixed(1)} GB: ` +
    `${incomplete} incomplete, ${result.wrong} out of order, ${result.open} connections open, ${result.idleEntries} entries to idle readers`,
);
console.log(`resident size behind the warm-up: ${result.slopeMbPerMinute.toFixed(2)} MB a minute`);
const isGood = incomplete === 0 && result.wrong === 0 && result.idleEntries === 0;
process.exitCode = isGood && result.slopeMbPerMinute < GROWTH_MB_PER_MINUTE_MAX ? 0 : 1;
