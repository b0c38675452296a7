import { randomBytes } from 'node:crypto';
import { wallClock } from '@virtualchain/kernel';
import type { ClockAndIds } from './writer.ts';

/** The clock and the ids of a log that is kept for real. */
export const wallClockAndIds: ClockAndIds = {
  now: wallClock.now,
  randomId: () => randomBytes(16).toString('hex'),
};
