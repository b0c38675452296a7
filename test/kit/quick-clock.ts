import { type Clock, wallClock } from '@virtualchain/kernel';

/** A clock for tests: each wait is over after a moment, and nothing is left to chance. */
export const quickClock: Clock = {
  now: () => 0,
  jitter: () => 0,
  sleep: (_ms, signal) => wallClock.sleep(1, signal),
};
