import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { gatherMs, gatherMsMax } from '../limits.ts';
import { type Gathered, gather } from './gather.ts';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const gatherer = (gathered: Gathered[]) => gather((each) => gathered.push(each), Date.now);

test('an editor that replaces a file in three steps has saved once, when it began', () => {
  const gathered: Gathered[] = [];
  using saves = gatherer(gathered);
  const start = Date.now();
  for (const path of ['machine.ts~', 'machine.ts', 'machine.ts']) {
    saves.add(path);
    jest.advanceTimersByTime(gatherMs - 1);
  }
  expect(gathered).toEqual([]);
  jest.advanceTimersByTime(1);
  expect(gathered).toEqual([{ paths: ['machine.ts~', 'machine.ts'], firstAt: start }]);
});

test('a tool that never stops writing does not put the result off for ever', () => {
  const gathered: Gathered[] = [];
  using saves = gatherer(gathered);
  for (let ms = 0; ms < 3 * gatherMsMax; ms += 10) {
    saves.add('machine.ts');
    jest.advanceTimersByTime(10);
  }
  expect(gathered.length).toBeGreaterThanOrEqual(2);
});
