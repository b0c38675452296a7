/** Wakes all who wait for the next change of something. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  wake(): void {
    for (const resolve of [...this.#waiting]) resolve();
  }

  /** Until the next `wake`, or the signal. */
  wait(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
