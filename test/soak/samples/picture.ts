import { svgOf } from '../../bench/harness/chart.ts';
import { evenly } from '../verdict/slope.ts';
import type { Sample } from './sample.ts';

const POINTS_MAX = 300;

/** The resident size of every process over the run. */
export function pictureOf(samples: readonly Sample[]): string {
  const names = Object.keys(samples.at(-1)?.processes ?? {});
  const some = evenly(samples, POINTS_MAX);
  const lines = names.map((name) => ({
    name,
    points: some.map(({ reorgs, processes }) => [reorgs, processes[name]?.residentMb ?? 0] as const),
  }));
  return svgOf({ title: 'Resident size', x: 'reorganisations', y: 'MB', lines, axes: 'linear' });
}
