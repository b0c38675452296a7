import { isDeepStrictEqual } from 'node:util';

/** Lines for a person: where two values first differ, and how. Null when they are equal. */
export function differenceOf(expected: unknown, actual: unknown): string | null {
  if (isDeepStrictEqual(expected, actual)) return null;
  const path = firstDifference(expected, actual, []);
  return [
    `    at       ${path.path.length === 0 ? '(the whole)' : path.path.join('.')}`,
    `    expected ${shown(path.expected)}`,
    `    actual   ${shown(path.actual)}`,
  ].join('\n');
}

interface Difference {
  readonly path: readonly string[];
  readonly expected: unknown;
  readonly actual: unknown;
}

function firstDifference(expected: unknown, actual: unknown, path: readonly string[]): Difference {
  if (isContainer(expected) && isContainer(actual)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      if (!isDeepStrictEqual(expected[key], actual[key])) {
        return firstDifference(expected[key], actual[key], [...path, key]);
      }
    }
  }
  return { path, expected, actual };
}

function isContainer(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const shownLengthMax = 600;

function shown(value: unknown): string {
  if (value === undefined) return '(missing)';
  const text =
    JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? `${each}n` : each)) ?? String(value);
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}… (${text.length} characters)` : text;
}
