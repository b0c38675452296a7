import { isExpectedError } from '@virtualchain/kernel';
import type { LogTail } from '@virtualchain/operation-log';
import { LOG_END_KEPT_MS, LOG_END_WAIT_MS } from './limits.ts';
import type { ServedLogs } from './subscriptions/subscriptions.ts';

/** Where the log of a chain ends, as far as this gateway knows. */
export interface LogEnd {
  readonly topic: string;
  readonly tail: LogTail | null;
  /** Why it is not known: a code; null where it is. */
  readonly problem: string | null;
}

/** Where logs end, each looked up when it is asked for and kept for a moment, so that askers do not add up. */
export function logEnds({ log, topicOf }: ServedLogs): (chain: string) => Promise<LogEnd> {
  const kept = new Map<string, { readonly at: number; readonly end: Promise<LogEnd> }>();
  const look = async (topic: string): Promise<LogEnd> => {
    const waiting = Promise.withResolvers<LogEnd>();
    const timer = setTimeout(() => waiting.resolve({ topic, tail: null, problem: 'LOG_SLOW' }), LOG_END_WAIT_MS);
    const found = log.tail(topic).then(
      (tail): LogEnd => ({ topic, tail, problem: null }),
      (error: unknown): LogEnd => ({ topic, tail: null, problem: isExpectedError(error) ? error.code : 'BUG' }),
    );
    return Promise.race([found, waiting.promise]).finally(() => clearTimeout(timer));
  };
  return (chain) => {
    const before = kept.get(chain);
    const now = performance.now();
    if (before !== undefined && now - before.at < LOG_END_KEPT_MS) return before.end;
    const end = look(topicOf(chain));
    kept.set(chain, { at: now, end });
    return end;
  };
}
