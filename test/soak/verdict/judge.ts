import { type Limits, SAMPLES_MIN, SLOPE_SAMPLES_MAX, WARM_UP } from '../limits.ts';
import type { ProcessSample } from '../samples/process-sample.ts';
import type { Sample } from '../samples/sample.ts';
import { slopeOf } from './slope.ts';

/** A figure of a run, and the limit that it is held to. */
export interface Finding {
  /** A process. */
  readonly of: string;
  readonly what: string;
  readonly had: number;
  readonly limit: number;
  readonly isBroken: boolean;
}

/** Holds a run to its limits. Null where it was too short for that. */
export function judge(samples: readonly Sample[], limits: Limits): readonly Finding[] | null {
  const last = samples.at(-1);
  if (last === undefined) return null;
  const settled = samples.filter(({ reorgs }) => reorgs >= last.reorgs * WARM_UP);
  const isTooShort = settled.length < SAMPLES_MIN || settled[0]?.reorgs === last.reorgs;
  if (isTooShort) return null;
  return [
    ...Object.keys(last.processes).flatMap((name) => judgeProcess(name, samples, settled, limits)),
    ...Object.keys(last.lagSeconds).map((name) => {
      const longest = Math.max(...samples.map(({ lagSeconds }) => lagSeconds[name] ?? 0));
      return finding(name, 'longest lag, seconds', longest, limits.lagSeconds);
    }),
  ];
}

function judgeProcess(
  name: string,
  samples: readonly Sample[],
  settled: readonly Sample[],
  limits: Limits,
): readonly Finding[] {
  const growth = (of: (sample: ProcessSample) => number): number => {
    const points = settled.flatMap(({ reorgs, processes }) => {
      const sample = processes[name];
      return sample === undefined ? [] : [[reorgs, of(sample)] as const];
    });
    return slopeOf(points, SLOPE_SAMPLES_MAX) * 100;
  };
  const largest = Math.max(...samples.map(({ processes }) => processes[name]?.residentMb ?? 0));
  const inUse = ({ heapMb, externalMb }: ProcessSample): number => heapMb + externalMb;
  const { inUseMbPer100Reorgs, gatewayInUseMbPer100Reorgs } = limits;
  const inUseMax =
    inUseMbPer100Reorgs !== null && name === 'gateway' ? gatewayInUseMbPer100Reorgs : inUseMbPer100Reorgs;
  return [
    finding(
      name,
      'resident size, MB per 100 reorgs',
      growth((of) => of.residentMb),
      limits.residentMbPer100Reorgs,
    ),
    ...(inUseMax === null ? [] : [finding(name, 'in use, MB per 100 reorgs', growth(inUse), inUseMax)]),
    finding(name, 'largest resident size, MB', largest, limits.residentMb),
    finding(
      name,
      'open handles per 100 reorgs',
      growth((of) => of.handles),
      limits.handlesPer100Reorgs,
    ),
    finding(
      name,
      'threads per 100 reorgs',
      growth((of) => of.threads),
      limits.threadsPer100Reorgs,
    ),
  ];
}

const finding = (of: string, what: string, had: number, limit: number): Finding => ({
  ...{ of, what, had, limit },
  // A figure that is not known holds no limit.
  isBroken: !(had <= limit),
});
