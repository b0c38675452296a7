import { isExpectedError } from '@virtualchain/kernel';
import type { Logger } from './logger.ts';

/** How a service ends. Supervisors may restart after every one of them but 0. */
export const exitCodes = {
  /** It was asked to stop and did, or its work was done. */
  stopped: 0,
  /** A foreseen failure that only a person can put right, or that outlived all retries; its code is in the log. */
  expectedFailure: 1,
  /** A bug: something nobody foresaw was thrown. */
  bug: 70,
  /** It was asked to stop and did not within its time. */
  stopTimedOut: 75,
  /** It was told twice to stop. */
  forced: 130,
} as const;

/** A terminal, npm and a wrapper may each deliver the same Ctrl-C; a person needs longer to press it twice. */
const sameSignalMs = 500;

/** Where failures are logged, and how long a stop may take, in milliseconds; 20 s unless given. */
export interface ServiceOptions {
  readonly logger: Logger;
  readonly stopTimeoutMs?: number;
}

/**
 * Runs a service until it is done or told to stop, and ends the process. SIGTERM or SIGINT abort the signal; `main` then
 * has `stopTimeoutMs` to finish. Told twice, the process ends at once.
 */
export async function runService(
  main: (signal: AbortSignal) => Promise<void>,
  { logger, stopTimeoutMs = 20_000 }: ServiceOptions,
): Promise<never> {
  const controller = new AbortController();
  // Settings come from there, passwords among them.
  if (process.report !== undefined) process.report.excludeEnv = true;
  let askedAt: number | undefined;

  const stop = (signal: NodeJS.Signals) => {
    const now = performance.now();
    if (askedAt === undefined) {
      askedAt = now;
      logger.info({ signal, stopTimeoutMs }, 'stopping');
      controller.abort(new Error(`received ${signal}`));
      setTimeout(() => {
        logger.error({ stopTimeoutMs }, 'did not stop in time');
        process.exit(exitCodes.stopTimedOut);
      }, stopTimeoutMs).unref();
    } else if (now - askedAt > sameSignalMs) {
      logger.warn({ signal }, 'stopped by force');
      process.exit(exitCodes.forced);
    }
  };
  const crash = (error: unknown) => {
    logger.fatal({ err: error }, 'unforeseen failure');
    process.exit(exitCodes.bug);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  // Keeps the process until `main` settles, even if all it waits for is unreferenced.
  const alive = setInterval(() => undefined, 60_000);
  try {
    await main(controller.signal);
  } catch (error) {
    // What `main` throws because it was told to stop is not a failure.
    const isStop = controller.signal.aborted && isAbort(error, controller.signal);
    if (!isStop) endWith(error, logger, crash);
  } finally {
    clearInterval(alive);
  }
  logger.info('stopped');
  process.exit(exitCodes.stopped);
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}

function endWith(error: unknown, logger: Logger, crash: (error: unknown) => void): void {
  if (isExpectedError(error)) {
    logger.error({ err: error, code: error.code, remedy: error.remedy }, error.message);
    process.exit(exitCodes.expectedFailure);
  }
  crash(error);
}
