/** How a loop waits, handed in: the simulation's clock is not the wall's. */
export interface Pace {
  /** Resolves after the time, or early when the signal says so. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Between 0 and 1; spreads processes that failed together. */
  jitter(): number;
  /** Unix milliseconds. */
  now(): number;
}

export interface BackoffLimits {
  readonly firstMs: number;
  readonly lastMs: number;
}

/** Waiting times that double up to a limit, each between one half and the whole of it. */
export function backoff({ firstMs, lastMs }: BackoffLimits, pace: Pick<Pace, 'jitter'>) {
  let next = firstMs;
  return {
    next(): number {
      const ms = next * (0.5 + 0.5 * pace.jitter());
      next = Math.min(2 * next, lastMs);
      return Math.round(ms);
    },
    reset(): void {
      next = firstMs;
    },
  };
}
