import { writeSync } from 'node:fs';
import { ExpectedError } from '@virtualchain/kernel';
import type { Failpoints } from './failpoints.ts';

const VARIABLE = 'VCHAIN_FAILPOINT';

/** The variable names no failpoint of this process, or may not be set here. */
export class FailpointRefused extends ExpectedError {
  override readonly name = 'FailpointRefused';
  readonly code = 'FAILPOINT_REFUSED';
  readonly remedy = 'halt';
}

/**
 * Arms the failpoint that `VCHAIN_FAILPOINT=<name>[:<nth>]` names: the process kills itself with SIGKILL, nothing
 * flushed and nothing closed, the nth time it passes that point. A line on standard error says where. Without the variable
 * nobody listens. With `NODE_ENV=production` it is refused: a variable left behind would make a supervisor restart the
 * service for ever.
 *
 * @throws FailpointRefused
 */
export function armFailpoint(parts: readonly Failpoints[], env: Readonly<Record<string, string | undefined>>): void {
  const given = env[VARIABLE];
  if (given === undefined || given === '') return;
  if (env['NODE_ENV'] === 'production') {
    throw new FailpointRefused(`${VARIABLE} is set with NODE_ENV=production; it kills the process, unset it`);
  }
  const [, wanted, nth = '1'] = /^([a-z-]+)(?::([1-9]\d{0,8}))?$/.exec(given) ?? [];
  const holder = parts.find(({ names }) => names.some((name) => name === wanted));
  if (holder === undefined) {
    const names = parts.flatMap((part) => part.names);
    throw new FailpointRefused(`${VARIABLE}=${given} is none of <name>[:<nth>] with a name of ${names.join(', ')}`);
  }
  let left = Number(nth);
  holder.listen((passed) => {
    if (passed !== wanted) return;
    left -= 1;
    if (left > 0) return;
    writeSync(2, `${JSON.stringify({ level: 'fatal', failpoint: given, msg: `killed at failpoint ${given}` })}\n`);
    process.kill(process.pid, 'SIGKILL');
  });
}
