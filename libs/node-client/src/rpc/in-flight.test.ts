import { expect, test } from '@jest/globals';
import { limitInFlight } from './in-flight.ts';

test('no more tasks run at once than allowed, in the order they came, failures included', async () => {
  const limited = limitInFlight(3);
  const started: number[] = [];
  let running = 0;
  let runningMax = 0;
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) =>
      limited(async () => {
        started.push(index);
        running += 1;
        runningMax = Math.max(runningMax, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        if (index % 4 === 0) throw new Error('failed');
        return index;
      }),
    ),
  );
  expect(runningMax).toBe(3);
  expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index));
  expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(5);
});
