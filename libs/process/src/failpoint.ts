import { writeSync } from 'node:fs';
import { ExpectedError } from '@virtualchain/kernel';
import type { Env } from './settings/variable.ts';

const VARIABLE = 'VCHAIN_FAILPOINT';

/** The variable names no failpoint of this process, or may not be set here. */
export class FailpointRefused extends ExpectedError {
  override readonly name = 'FailpointRefused';
  readonly code = 'FAILPOINT_REFUSED';
  readonly remedy = 'halt';
}

/** What a process reports at each place where a test may end it. */
export type Failpoint<Name extends string> = (passed: Name) => void;

/**
 * Arms the failpoint that `VCHAIN_FAILPOINT=<name>[:<nth>]` names: the process kills itself with SIGKILL, nothing
 * flushed and nothing closed, the nth time it passes that point. A line on standard error says where. Undefined when the
 * variable is not set, so that passing costs one comparison. With `NODE_ENV=production` it is refused: a variable left
 * behind would make a supervisor restart the service for ever.
 *
 * @throws FailpointRefused
 */
export function armFailpoint<Name extends string>(names: readonly Name[], env: Env): Failpoint<Name> | undefined {
  const given = env[VARIABLE];
  if (given === undefined || given === '') return undefined;
  if (env['NODE_ENV'] === 'production') {
    throw new FailpointRefused(`${VARIABLE} is set with NODE_ENV=production; it kills the process, unset it`);
  }
  const [, wanted, nth = '1'] = /^([a-z-]+)(?::([1-9]\d{0,8}))?$/.exec(given) ?? [];
  if (!names.some((name) => name === wanted)) {
    throw new FailpointRefused(`${VARIABLE}=${given} is none of <name>[:<nth>] with a name of ${names.join(', ')}`);
  }
  let left = Number(nth);
  return (passed) => {
    if (passed !== wanted) return;
    left -= 1;
    if (left > 0) return;
    writeSync(2, `${JSON.stringify({ level: 'fatal', failpoint: given, msg: `killed at failpoint ${given}` })}\n`);
    process.kill(process.pid, 'SIGKILL');
  };
}
