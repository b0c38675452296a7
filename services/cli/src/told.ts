import { ExpectedError, isExpectedError } from '@virtualchain/kernel';
import { redactText } from '@virtualchain/process';
import type { Command, CommanderError } from 'commander';
import { ENDED_BY_SIGNAL, exitCodeOf } from './exit-codes.ts';
import { paint, printError } from './output.ts';

/** Arguments and options that a command does not take, or that it lacks. */
export class UsageInvalid extends ExpectedError {
  override readonly name = 'UsageInvalid';
  readonly code = 'USAGE_INVALID';
  readonly remedy = 'halt';

  /** `called` is the command as it is typed: `vchain snapshot export`. */
  constructor({ message }: CommanderError, called: string) {
    super(`${message.replace(/^error: /, '').replace(/\n/g, ' ')}; see ${called} --help`);
  }
}

/** The innermost command that the arguments name, as it is typed. */
export function calledIn(program: Command, args: readonly string[]): string {
  let [command, path] = [program, program.name()];
  for (const arg of args) {
    const inner = command.commands.find((each) => each.name() === arg);
    if (inner === undefined) break;
    [command, path] = [inner, `${path} ${arg}`];
  }
  return path;
}

/** Who is told. */
interface Listener {
  readonly signal: AbortSignal;
  readonly isJson: boolean;
}

/** Says on stderr what went wrong, in a line or as an object of JSON. @returns the exit code. */
export function told(error: unknown, { signal, isJson }: Listener): number {
  if (!isExpectedError(error) && signal.aborted) return ENDED_BY_SIGNAL;
  const exitCode = exitCodeOf(error);
  const [code, message] = isExpectedError(error)
    ? [error.code, redactText(error.message)]
    : ['BUG', redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))];
  if (isJson) printError(JSON.stringify({ error: { code, message, exitCode } }));
  else printError(exitCode === 70 ? `vchain: a bug: ${message}` : `${paint.red(code)}: ${message}`);
  return exitCode;
}
