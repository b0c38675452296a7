import type { OperationLog } from '@virtualchain/operation-log';

/** The height at which the log ends, looked up from time to time; null while it is not known or the log is empty. */
export interface LogHeight extends Disposable {
  readonly height: number | null;
}

/** A look that takes longer than the time between two leaves the next one out. */
export function watchLogHeight(log: Pick<OperationLog, 'tail'>, topic: string, everyMs: number): LogHeight {
  let height: number | null = null;
  let isLooking = false;
  const timer = setInterval(async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      height = (await log.tail(topic))?.block?.height ?? null;
    } catch {
      // what is wrong with the log, its reader says
    } finally {
      isLooking = false;
    }
  }, everyMs);
  return {
    get height() {
      return height;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
