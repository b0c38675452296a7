import type { LogTail, OperationLog } from '@virtualchain/operation-log';

/** Where the log ends, looked up from time to time. */
export interface LogEnd extends Disposable {
  /** Null while it is not known, or there is no log yet. */
  readonly tail: LogTail | null;
}

/** A look that takes longer than the time between two leaves the next one out. */
export function watchLogEnd(log: Pick<OperationLog, 'tail'>, topic: string, everyMs: number): LogEnd {
  let tail: LogTail | null = null;
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      tail = await log.tail(topic);
    } catch {
      // what is wrong with the log, its reader says
    } finally {
      isLooking = false;
    }
  };
  void look();
  const timer = setInterval(look, everyMs);
  return {
    get tail() {
      return tail;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
