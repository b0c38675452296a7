import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import type { OperationLog } from '@virtualchain/operation-log';
import { watchLogEnd } from './log-end.ts';

type Tail = Awaited<ReturnType<OperationLog['tail']>>;
const tailAt = (height: number) => ({ block: { height: height as Height } }) as Tail;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

test('one look at a time; a look that fails leaves what is known', async () => {
  const slow = Promise.withResolvers<Tail>();
  const looks: (() => Promise<Tail>)[] = [
    () => slow.promise,
    () => Promise.reject(new Error('away')),
    async () => tailAt(7),
  ];
  const asked: number[] = [];
  const tail = () => {
    asked.push(asked.length + 1);
    return looks[asked.length - 1]?.() ?? Promise.resolve(null);
  };
  using watched = watchLogEnd({ tail }, 'topic', 100);
  await jest.advanceTimersByTimeAsync(1_000);
  expect([asked, watched.tail]).toEqual([[1], null]);
  slow.resolve(tailAt(5));
  await jest.advanceTimersByTimeAsync(0);
  expect(watched.tail?.block?.height).toBe(5);
  await jest.advanceTimersByTimeAsync(100);
  expect([asked, watched.tail?.block?.height]).toEqual([[1, 2], 5]);
  await jest.advanceTimersByTimeAsync(100);
  expect(watched.tail?.block?.height).toBe(7);
});
