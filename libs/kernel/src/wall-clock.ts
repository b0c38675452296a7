import type { Clock } from './clock.ts';

/** The clock of a process that runs for real. */
export const wallClock: Clock = {
  now: () => performance.now(),
  jitter: () => Math.random(),
  sleep(ms, signal) {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (signal?.aborted) return Promise.resolve();
    const wake = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal?.addEventListener('abort', wake, { once: true });
    return promise;
  },
};
