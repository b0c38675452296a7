import { randomBytes } from 'node:crypto';
import type { ClockAndIds } from './writer.ts';

/** The clock and the ids of a log that is kept for real. */
export const wallClockAndIds: ClockAndIds = {
  now: () => Date.now(),
  randomId: () => randomBytes(16).toString('hex'),
};
