import { expect, test } from '@jest/globals';
import { windowsOf } from './windows.ts';

test('a long chain is looked at in the middle of equal parts, which stand for all of it', () => {
  const windows = windowsOf({ from: 101, to: 1_100 }, 4, 20);
  expect(windows).toEqual([
    { from: 216, to: 235, standsFor: 250 },
    { from: 466, to: 485, standsFor: 250 },
    { from: 716, to: 735, standsFor: 250 },
    { from: 966, to: 985, standsFor: 250 },
  ]);
});

test.each([
  ['a chain that is short', { from: 1, to: 80 }, [{ from: 1, to: 80, standsFor: 80 }]],
  ['one block', { from: 5, to: 5 }, [{ from: 5, to: 5, standsFor: 1 }]],
  ['nothing left to do', { from: 6, to: 5 }, []],
])('%s is looked at whole', (_what, range, expected) => {
  expect(windowsOf(range, 4, 20)).toEqual(expected);
});

test('whatever the numbers, the windows lie in the range, apart, and stand for all of it', () => {
  for (let blocks = 1; blocks < 400; blocks += 7) {
    const windows = windowsOf({ from: 50, to: 49 + blocks }, 5, 11);
    expect(windows.reduce((sum, { standsFor }) => sum + standsFor, 0)).toBe(blocks);
    let behind = 50;
    for (const { from, to } of windows) {
      expect(from).toBeGreaterThanOrEqual(behind);
      behind = to + 1;
    }
    expect(behind).toBeLessThanOrEqual(50 + blocks);
  }
});
