import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { RealParts } from '@virtualchain/local';
import { advanceAll, kvChanges, openKv, operationsOf } from '../bench/kit/kv-run.ts';
import { bareEnvironment } from '../kit/bare-environment.ts';
import { startedLine } from '../kit/started-line.ts';
import { until } from '../kit/until.ts';
import { sampleOfLinux } from '../soak/samples/process-sample.ts';
import type { ReadersReport } from './readers.ts';
import { type Readers, startReaders } from './start-readers.ts';

/** How many read for how long, and what. */
export interface LoadOptions {
  readonly idle: number;
  readonly busy: number;
  /** Of W2, folded one after the other. */
  readonly blocks: number;
  /** The part of a whole block of W2. */
  readonly scale: number;
  readonly blockEveryMs: number;
  /** Samples before it do not count. */
  readonly warmUpMs: number;
  readonly onSample?: (sample: Sample) => void;
}

/** The gateway's resident size at a moment. */
export interface Sample {
  readonly seconds: number;
  readonly residentMb: number;
}

/** What came of a run. */
export interface LoadResult {
  readonly samples: readonly Sample[];
  /** Of a line through the samples behind the warm-up, in MB a minute. */
  readonly slopeMbPerMinute: number;
  readonly operations: number;
  /** Of the last entry of the feed, and of the last that each busy reader was sent. */
  readonly lastPosition: number;
  readonly positions: readonly number[];
  readonly wrong: number;
  readonly idleEntries: number;
  readonly open: number;
  readonly bytes: number;
}

const FEED = '/v1/chains/kv/machines/kv/feed/events';
const READER_PROCESSES = 2;
const SAMPLE_MS = 1_000;
const root = join(import.meta.dirname, '../..');

/** Folds blocks of W2 into a database while readers of a gateway over it follow the feed, and watches the gateway's memory. */
export async function loadSubscribers(parts: RealParts<'postgres'>, options: LoadOptions): Promise<LoadResult> {
  const { idle, busy, blocks, scale, blockEveryMs, warmUpMs, onSample } = options;
  const url = await parts.postgres.createDatabase(`load_${parts.runId}`.toLowerCase());
  const changes = await kvChanges(blocks, scale);
  await using projection = await openKv(url);
  const gateway = await startGateway(parts, url);
  const share = (all: number) => Math.round(all / READER_PROCESSES);
  const task = {
    address: gateway.address,
    idlePath: `${FEED}?from=start&blocks=false&filter=name=nothing`,
    busyPath: `${FEED}?from=start`,
  };
  const readers = Array.from({ length: READER_PROCESSES }, () =>
    startReaders({ ...task, idle: share(idle), busy: share(busy) }),
  );
  await until(
    'all readers are connected',
    () => openNow(readers),
    (open) => open === READER_PROCESSES * (share(idle) + share(busy)),
  );

  const samples: Sample[] = [];
  const begin = performance.now();
  const stop = new AbortController();
  const watching = (async () => {
    while (!stop.signal.aborted) {
      const sample = {
        seconds: (performance.now() - begin) / 1_000,
        residentMb: sampleOfLinux(gateway.pid).residentMb,
      };
      samples.push(sample);
      onSample?.(sample);
      await pause(SAMPLE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  for (const [i, change] of changes.entries()) {
    await advanceAll(projection, [change]);
    await pause(Math.max(0, begin + (i + 1) * blockEveryMs - performance.now()));
  }
  const { feedPosition } = await projection.checkpoint();
  const reports = await until(
    'every busy reader has the last entry',
    () => Promise.all(readers.map((each) => each.report())),
    (all) => all.every(({ positions }) => positions.every((position) => position >= feedPosition)),
    120_000,
  );
  stop.abort();
  await watching;
  for (const each of readers) each.end();
  await gateway.process.stop();
  const counted = samples.filter(({ seconds }) => seconds * 1_000 >= warmUpMs);
  const sum = (of: (report: ReadersReport) => number) => reports.reduce((total, report) => total + of(report), 0);
  return {
    samples,
    slopeMbPerMinute: slopeOf(counted),
    operations: operationsOf(changes),
    lastPosition: feedPosition,
    positions: reports.flatMap(({ positions }) => positions),
    ...{ wrong: sum(({ wrong }) => wrong), idleEntries: sum(({ idleEntries }) => idleEntries) },
    ...{ open: sum(({ open }) => open), bytes: sum(({ bytes }) => bytes) },
  };
}

async function startGateway(parts: RealParts<'postgres'>, url: string) {
  const gateway = await parts.startProcess({
    name: 'gateway',
    command: process.execPath,
    args: [join(root, 'services/cli/src/main.ts'), 'gateway', '--api-port', '0'],
    env: {
      ...bareEnvironment,
      HOME: process.env['HOME'],
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_POSTGRES_URL: url,
      VCHAIN_HTTP_PORT: '0',
    },
  });
  const { address, pid } = await startedLine(gateway);
  return { process: gateway, address, pid };
}

async function openNow(readers: readonly Readers[]): Promise<number> {
  return (await Promise.all(readers.map((each) => each.report()))).reduce((sum, { open }) => sum + open, 0);
}

/** Of the straight line that fits samples best (least squares), by minute. */
export function slopeOf(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ seconds }) => seconds / 60), mean(({ residentMb }) => residentMb)];
  const over = (of: (sample: Sample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0);
  const spread = over(({ seconds }) => (seconds / 60 - x) ** 2);
  return spread === 0 ? 0 : over(({ seconds, residentMb }) => (seconds / 60 - x) * (residentMb - y)) / spread;
}
