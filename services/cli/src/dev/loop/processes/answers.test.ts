import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { answerEveryMs, answerLooksMax, loadingLooksMax } from '../limits.ts';
import { type Answers, watchAnswers } from './answers.ts';
import type { Reviser } from './reviser.ts';

const reviser: Reviser = { order: () => undefined, end: () => undefined };
let isLoading = false;
let said: number[];
let busyMs = 0;
let answers: Answers;

beforeEach(() => {
  jest.useFakeTimers();
  said = [];
  busyMs = 0;
  answers = watchAnswers(
    () => [{ reviser, isLoading }],
    (ms) => said.push(ms),
    () => performance.now() + busyMs,
  );
});

afterEach(() => {
  answers[Symbol.dispose]();
  jest.useRealTimers();
});

/** One look asks, the others find no answer. */
const look = (looks: number): void => void jest.advanceTimersByTime(looks * answerEveryMs);

test('rules that fold and do not answer are told of, once', () => {
  isLoading = false;
  look(answerLooksMax);
  expect(said).toEqual([]);
  look(1);
  expect(said).toEqual([answerLooksMax * answerEveryMs]);
  look(loadingLooksMax);
  expect(said).toHaveLength(1);
});

test('a process that starts and loads is given more time, but not for ever', () => {
  isLoading = true;
  look(loadingLooksMax);
  expect(said).toEqual([]);
  look(1);
  expect(said).toHaveLength(1);
});

test('an answer ends the silence, also one that the loop itself was too busy to hear', () => {
  isLoading = false;
  look(1);
  busyMs = 60_000;
  look(1);
  answers.answered(reviser);
  look(answerLooksMax);
  expect(said).toEqual([]);
});
