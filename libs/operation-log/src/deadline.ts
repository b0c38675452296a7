/** Waits for `work`, but no longer than `limitMs`; then `late` says what to throw. The work itself goes on unheard. */
export async function withDeadline<Result>(work: Promise<Result>, limitMs: number, late: () => Error): Promise<Result> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), limitMs);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}
