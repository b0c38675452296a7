/** Neighbouring blocks, both ends included. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** Some blocks that are looked at, and how many they stand for. */
export interface SampledWindow extends Window {
  readonly standsFor: number;
}

/**
 * Which blocks stand for all from one height to another: neighbours in the middle of each of some equal parts, or all of them where that
 * is no more. What each part stands for adds up to all.
 */
export function windowsOf({ from, to }: Window, parts: number, blocksEach: number): readonly SampledWindow[] {
  const blocks = to - from + 1;
  if (blocks <= 0) return [];
  if (blocks <= parts * blocksEach) return [{ from, to, standsFor: blocks }];
  return Array.from({ length: parts }, (_, part) => {
    const [first, next] = [
      from + Math.floor((part * blocks) / parts),
      from + Math.floor(((part + 1) * blocks) / parts),
    ];
    const start = first + Math.floor((next - first - blocksEach) / 2);
    return { from: start, to: start + blocksEach - 1, standsFor: next - first };
  });
}
