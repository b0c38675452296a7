export type Point = readonly [x: number, y: number];

/**
 * How much y grows by x: the median of the slopes between all pairs (Theil–Sen), which single steps and peaks do not move. Zero
 * where there is nothing to compare, NaN where something is not known.
 */
export function slopeOf(points: readonly Point[], pointsMax: number): number {
  const chosen = evenly(points, pointsMax);
  const slopes: number[] = [];
  for (const [i, [x1, y1]] of chosen.entries())
    for (const [x2, y2] of chosen.slice(i + 1)) if (x2 !== x1) slopes.push((y2 - y1) / (x2 - x1));
  if (slopes.some(Number.isNaN)) return Number.NaN;
  return slopes.length === 0 ? 0 : medianOf(slopes);
}

/** So many of them at most, from the first to the last. */
export function evenly<Item>(items: readonly Item[], max: number): readonly Item[] {
  if (items.length <= max) return items;
  return Array.from({ length: max }, (_, i) => items[Math.round((i * (items.length - 1)) / (max - 1))] as Item);
}

function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
