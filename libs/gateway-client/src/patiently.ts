import { type Clock, createBackOff, isExpectedError, wallClock } from '@virtualchain/kernel';
import { RETRY } from './limits.ts';

/** Until when something is tried, and who hears of failures. */
interface Patience {
  readonly signal: AbortSignal;
  readonly onRetry?: (error: unknown) => void;
  readonly clock?: Pick<Clock, 'sleep'>;
}

/** Tries until it succeeds, or fails in a way that another try does not mend. @throws what it failed with last */
export async function patiently<Result>(
  attempt: () => Promise<Result>,
  { signal, onRetry, clock = wallClock }: Patience,
): Promise<Result> {
  const waits = createBackOff(RETRY, wallClock.jitter);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !isExpectedError(error) || error.remedy !== 'retry') throw error;
      onRetry?.(error);
    }
    await clock.sleep(waits.nextMs(), signal);
    signal.throwIfAborted();
  }
}
