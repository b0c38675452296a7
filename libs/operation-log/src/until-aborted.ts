import type { Fetched } from './broker.ts';

/** A fetch that waits at the broker cannot be called back; whoever stopped waiting gets nothing, from `offset` on. */
export async function untilAborted(
  asking: Promise<Fetched>,
  signal: AbortSignal | undefined,
  offset: bigint,
): Promise<Fetched> {
  if (signal === undefined) return asking;
  const { promise, resolve } = Promise.withResolvers<Fetched>();
  const stop = () => resolve({ records: [], nextOffset: offset, stableOffset: 0n });
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  asking.catch(() => undefined);
  try {
    return await Promise.race([asking, promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
