import pLimit from 'p-limit';
import { AILING_AT_ONCE_MAX } from '../limits.ts';

/** How a receiver did the last time. */
export type Health = 'well' | 'ailing';

/** Deliveries that are under way at once. Receivers that failed or were slow have a lane of their own, in which they wait for each other alone. */
export type Lanes = <Result>(health: Health, deliver: () => Promise<Result>) => Promise<Result>;

export function createLanes(atOnceMax: number): Lanes {
  const lanes = { well: pLimit(atOnceMax), ailing: pLimit(AILING_AT_ONCE_MAX) };
  return (health, deliver) => lanes[health](deliver);
}
