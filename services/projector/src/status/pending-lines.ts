import type { Logger } from '@virtualchain/process';
import type { PendingEvents } from '../pending/observe.ts';
import type { Standing } from './standing.ts';

/** Keeps what waits to be mined, for `/status` and metrics, and says in the log what keeps it from being seen: each thing once. */
export function pendingLines(logger: Logger, standing: Standing): PendingEvents {
  let problem: string | null = null;
  const stands = (next: string, say: () => void): void => {
    standing.pending = null;
    if (problem !== next) say();
    problem = next;
  };
  return {
    pendingSeen(seen) {
      if (standing.pending === null) logger.info(seen, 'operations in no block are seen');
      standing.pending = seen;
      problem = null;
    },
    pendingBehind: () => undefined,
    pendingElsewhere: () =>
      stands('elsewhere', () => logger.info('another projector looks at operations in no block for this machine')),
    pendingWaits: (error) =>
      stands(error.code, () =>
        logger.warn(
          { code: error.code, reason: error.message },
          'operations in no block are not seen; it is tried again',
        ),
      ),
  };
}
