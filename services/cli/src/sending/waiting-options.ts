import type { Command } from 'commander';
import { confirmationsMax, timeoutSecondsMax, waitSecondsDefault } from '../limits.ts';
import { wholeNumber } from '../values.ts';

/** Whether an operation is sent whatever the rules say, and what is waited for. */
export interface WaitingOptions {
  /** Confirmations; 1 when none are given. */
  readonly wait?: string | true;
  /** Seconds. */
  readonly timeout: string;
  /** Send what the rules would not take. */
  readonly force?: boolean;
}

/** Adds the options of every command that can wait for a verdict. */
export function withWaiting(command: Command): Command {
  return command
    .option('--wait [confirmations]', 'wait for the verdict of the projection; 1 confirmation by default')
    .option('--timeout <seconds>', 'wait no longer', String(waitSecondsDefault))
    .option('--force', 'send it even if the rules would not take it');
}

/** @throws QueryInvalid */
export function waitOf({ wait, timeout }: WaitingOptions): {
  readonly confirmations: number;
  readonly timeoutSeconds: number;
} {
  return {
    confirmations:
      wait === undefined || wait === true ? 1 : wholeNumber('--wait', wait, { min: 1, max: confirmationsMax }),
    timeoutSeconds: wholeNumber('--timeout', timeout, { max: timeoutSecondsMax }),
  };
}
