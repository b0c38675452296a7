/** Work done between two moments. */
export interface Work {
  readonly blocks: number;
  readonly operations: number;
}

export interface Progress extends Work {
  /** Blocks in all, as far as is known. */
  readonly total: number | undefined;
  readonly elapsedMs: number;
  readonly blocksPerSecond: number;
  readonly operationsPerSecond: number;
  /** Unknown without a total, or while nothing moves. */
  readonly remainingMs: number | undefined;
}

/** Counts work, and says how fast it goes and how much is left. */
export interface ProgressMeter {
  /** Notes that work was done by `nowMs`. */
  add(work: Work, nowMs: number): void;
  /** The total may grow while the work goes on. */
  expect(total: number): void;
  read(nowMs: number): Progress;
}

interface Sample extends Work {
  readonly atMs: number;
}

/** Rates are those of the newest work, so that the time left follows a change of pace. */
const windowMs = 10_000;
const sampleMs = 200;

/** Measures long work. It has no clock: times are handed in, in milliseconds. */
export function progressMeter({
  total,
  startMs,
}: {
  readonly total?: number;
  readonly startMs: number;
}): ProgressMeter {
  let expected = total;
  const samples: Sample[] = [{ atMs: startMs, blocks: 0, operations: 0 }];
  const newest = () => samples.at(-1) ?? { atMs: startMs, blocks: 0, operations: 0 };
  return {
    add(work, nowMs) {
      const { blocks, operations } = newest();
      const sample = { atMs: nowMs, blocks: blocks + work.blocks, operations: operations + work.operations };
      // However often work is noted, few samples are kept: those that stand close together become one.
      if (nowMs - (samples.at(-2)?.atMs ?? Number.NEGATIVE_INFINITY) < sampleMs) samples.pop();
      samples.push(sample);
      // One sample older than the window stays: the rate is measured from it.
      while ((samples[1]?.atMs ?? nowMs) <= nowMs - windowMs) samples.shift();
    },
    expect(newTotal) {
      expected = newTotal;
    },
    read(nowMs) {
      const { blocks, operations } = newest();
      const from = samples.findLast(({ atMs }) => atMs <= nowMs - windowMs) ?? samples[0] ?? newest();
      const seconds = (nowMs - from.atMs) / 1_000;
      const rate = (done: number) => (seconds > 0 ? done / seconds : 0);
      const blocksPerSecond = rate(blocks - from.blocks);
      const isKnown = expected !== undefined && (blocksPerSecond > 0 || blocks >= expected);
      return {
        blocks,
        operations,
        total: expected,
        elapsedMs: nowMs - startMs,
        blocksPerSecond,
        operationsPerSecond: rate(operations - from.operations),
        remainingMs: isKnown ? (Math.max(0, (expected ?? 0) - blocks) / (blocksPerSecond || 1)) * 1_000 : undefined,
      };
    },
  };
}

/** For people: `12,000 of 100,000 blocks (12 %), 5,400 blocks/s, 1,200 operations/s, 16 s left`. */
export function formatProgress(progress: Progress): string {
  const { blocks, total, blocksPerSecond, operationsPerSecond, remainingMs } = progress;
  const done =
    total === undefined
      ? `${count(blocks)} blocks`
      : `${count(blocks)} of ${count(total)} blocks (${total === 0 ? 100 : Math.floor((100 * blocks) / total)} %)`;
  const rates = `${count(blocksPerSecond)} blocks/s, ${count(operationsPerSecond)} operations/s`;
  return remainingMs === undefined ? `${done}, ${rates}` : `${done}, ${rates}, ${formatDuration(remainingMs)} left`;
}

function count(value: number): string {
  const digits = value < 10 && !Number.isInteger(value) ? 1 : 0;
  return value.toLocaleString('en', { maximumFractionDigits: digits });
}

/** For people: `90 s`, `3 min`, `2 h 5 min`; rounded up. */
export function formatDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
