import type { Clock } from './clock.ts';

/** The first and the longest wait, in milliseconds. */
export interface BackOffLimits {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** How long to wait before the next try. */
export interface BackOff {
  nextMs(): number;
  /** Something went well: the next failure is waited out as if it were the first. */
  reset(): void;
}

/**
 * Waits that double from the first to the last. With a jitter each of them is between one half and the whole of that;
 * without, the whole. No library for it: the waits are slept by the clock that is handed in, which may be a simulation's.
 */
export function createBackOff({ firstMs, lastMs }: BackOffLimits, jitter: Clock['jitter'] = () => 1): BackOff {
  let wholeMs = firstMs;
  return {
    nextMs() {
      const ms = wholeMs * (0.5 + 0.5 * jitter());
      wholeMs = Math.min(2 * wholeMs, lastMs);
      return ms;
    },
    reset() {
      wholeMs = firstMs;
    },
  };
}
