import type { Unit } from './unit.ts';

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

/** Looks for units until there are some, again at every `wake`; none for a signal of who asks, or of the gateway. */
export async function untilFound(
  look: () => Promise<readonly Unit[]>,
  waiters: Waiters,
  { asker, gateway }: { readonly asker: AbortSignal; readonly gateway: AbortSignal },
): Promise<readonly Unit[]> {
  for (;;) {
    const units = await look();
    if (units.length > 0 || asker.aborted) return units;
    await waiters.wait(asker);
    if (asker.aborted || gateway.aborted) return [];
  }
}
