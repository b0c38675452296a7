/** A line of a chart: what it is, and its points. On logarithmic axes every figure is above 0. */
export interface Line {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Chart {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
  /** Both axes; logarithmic when absent. Linear ones begin at 0, and their points are not marked. */
  readonly axes?: 'linear' | 'logarithmic';
}

const WIDTH = 640;
const HEIGHT = 360;
const LEFT = 70;
const BOTTOM = 50;
const TOP = 40;
const RIGHT = 150;
const COLOURS = ['#1f6feb', '#d1242f', '#1a7f37', '#8250df'];

/** A chart as an SVG document that stands alone. */
export function svgOf({ title, x, y, lines, axes = 'logarithmic' }: Chart): string {
  const scale = axes === 'linear' ? linearScale : logarithmicScale;
  const all = lines.flatMap(({ points }) => points);
  const across = scale(
    all.map(([value]) => value),
    [LEFT, WIDTH - RIGHT],
  );
  const up = scale(
    all.map(([, value]) => value),
    [HEIGHT - BOTTOM, TOP],
  );
  const parts = [
    text({ x: LEFT, y: 20, anchor: 'start' }, title),
    text({ x: (LEFT + WIDTH - RIGHT) / 2, y: HEIGHT - 10, anchor: 'middle' }, x),
    `<text x="16" y="${(TOP + HEIGHT - BOTTOM) / 2}" text-anchor="middle" transform="rotate(-90 16 ${(TOP + HEIGHT - BOTTOM) / 2})">${y}</text>`,
    ...across.ticks.map(({ at, label }) => text({ x: at, y: HEIGHT - BOTTOM + 18, anchor: 'middle' }, label)),
    ...up.ticks.map(({ at, label }) => text({ x: LEFT - 8, y: at + 4, anchor: 'end' }, label)),
    ...across.ticks.map(({ at }) => line([at, TOP], [at, HEIGHT - BOTTOM])),
    ...up.ticks.map(({ at }) => line([LEFT, at], [WIDTH - RIGHT, at])),
    ...lines.flatMap((one, index) =>
      lineOf(one, index, { across: across.of, up: up.of, isMarked: axes === 'logarithmic' }),
    ),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">
<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>
${parts.join('\n')}
</svg>
`;
}

type Place = (value: number) => number;

function lineOf(
  { name, points }: Line,
  index: number,
  { across, up, isMarked }: { across: Place; up: Place; isMarked: boolean },
): readonly string[] {
  const colour = COLOURS[index % COLOURS.length] as string;
  const places = points.map(([x, y]) => [across(x), up(y)] as const);
  const last = places.at(-1) ?? [LEFT, TOP];
  return [
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map(([x, y]) => `${round(x)},${round(y)}`).join(' ')}"/>`,
    ...(isMarked ? places : []).map(([x, y]) => `<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="${colour}"/>`),
    `<text x="${round(last[0] + 8)}" y="${round(last[1] + 4)}" fill="${colour}">${name}</text>`,
  ];
}

/** Whole powers of ten around the values, and where a value stands between them. */
function logarithmicScale(values: readonly number[], [from, to]: readonly [number, number]) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const of: Place = (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => {
    const value = 10 ** (low + i);
    return {
      at: round(of(value)),
      label: value >= 1 ? value.toLocaleString('en') : String(Number(value.toPrecision(1))),
    };
  });
  return { of, ticks };
}

/** From 0 to the largest value, in five round steps or fewer. */
function linearScale(values: readonly number[], [from, to]: readonly [number, number]) {
  const largest = Math.max(1, ...values);
  const power = 10 ** Math.floor(Math.log10(largest));
  const step = ([0.2, 0.5, 1, 2].find((part) => largest / (part * power) <= 5) ?? 2) * power;
  const high = Math.ceil(largest / step) * step;
  const of: Place = (value) => from + (value / high) * (to - from);
  const ticks = Array.from({ length: Math.round(high / step) + 1 }, (_, i) => {
    const value = i * step;
    return { at: round(of(value)), label: value.toLocaleString('en') };
  });
  return { of, ticks };
}

const round = (value: number): number => Math.round(value * 10) / 10;

function text(
  { x, y, anchor }: { readonly x: number; readonly y: number; readonly anchor: string },
  words: string,
): string {
  return `<text x="${x}" y="${y}" text-anchor="${anchor}">${words}</text>`;
}

const line = ([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): string =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="#d0d7de"/>`;
