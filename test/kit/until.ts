import { setTimeout as sleep } from 'node:timers/promises';

const POLL_MS = 100;

/** Awaits a condition; fails with what it last saw. The limit is for what hangs: a busy machine may take its time. */
export async function until<Value>(
  what: string,
  look: () => Promise<Value>,
  holds: (value: Value) => boolean,
  limitMs = 300_000,
): Promise<Value> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    if (performance.now() > deadline) {
      const shown = JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
      throw new Error(`${what}: not within ${limitMs / 1000} s; last seen: ${shown}`);
    }
    await sleep(POLL_MS);
  }
}
