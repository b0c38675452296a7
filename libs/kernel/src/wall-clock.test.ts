import { expect, test } from '@jest/globals';
import { wallClock } from './wall-clock.ts';

const hangs = 2 ** 31 - 1;

test('a sleep ends with its time', () => expect(wallClock.sleep(1)).resolves.toBeUndefined());

test('a signal ends a sleep early, and one that came before it lets it not begin', async () => {
  const over = new AbortController();
  const asleep = wallClock.sleep(hangs, over.signal);
  over.abort();
  await asleep;
  await wallClock.sleep(hangs, over.signal);
});

test('jitter is from 0 up to 1', () => {
  const drawn = Array.from({ length: 100 }, wallClock.jitter);
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...drawn)).toBeLessThan(1);
});
