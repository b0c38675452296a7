import { createBackOff, wallClock } from '@virtualchain/kernel';
import { BrokerUnavailable, TopicMissing } from './errors.ts';
import { REQUEST_RETRY } from './limits.ts';

/** What a request is about, and how long it is worth repeating. */
export interface RetryOptions {
  readonly topic: string;
  readonly offset?: bigint;
  readonly retryForMs: number;
  /** A failure of the client, as the foreseen failure that it is; bugs pass as they are. */
  readonly foreseen: (topic: string, offset: bigint, error: unknown) => unknown;
  /** How often a topic that is missing is asked for, where that may be a matter of moments. */
  readonly missingTriesMax?: number;
  /** True once the answer is no longer wanted. */
  readonly isOver?: () => boolean;
}

/** Repeats `request` while no broker answers, until it has an answer or the time is over. @throws the foreseen failure */
export async function retryWhileUnavailable<Answer>(
  { topic, offset = 0n, retryForMs, foreseen, missingTriesMax = 1, isOver = () => false }: RetryOptions,
  request: () => Promise<Answer>,
): Promise<Answer> {
  const started = performance.now();
  const waits = createBackOff(REQUEST_RETRY);
  for (let tries = 1; ; tries += 1) {
    try {
      return await request();
    } catch (error) {
      const failure = foreseen(topic, offset, error);
      const missing = failure instanceof TopicMissing && tries < missingTriesMax;
      const again = failure instanceof BrokerUnavailable || missing;
      if (!again || isOver() || performance.now() - started > retryForMs) throw failure;
    }
    await wallClock.sleep(waits.nextMs());
  }
}
