/** Time, as a loop that waits needs it. It is handed in: the time of a simulation is not the wall's. */
export interface Clock {
  /** Milliseconds that passed since a moment of its own. It never goes back, whatever is done to the system's clock. */
  now(): number;
  /** Resolves after that time, or early when the signal says so. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Drawn, from 0 up to 1: spreads processes that failed together. */
  jitter(): number;
}
