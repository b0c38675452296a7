import { isExpectedError } from '@virtualchain/kernel';
import type { Command } from 'commander';

/** Of a process that a signal has ended. */
export const ENDED_BY_SIGNAL = 130;

/** The end of every command's help. */
export const EXIT_CODES = `
Exit codes: 0 done, 1 a foreseen failure (its code is printed), 2 wrong usage, 70 a bug.
With --json, what went wrong is one line of JSON on stderr: {"error":{"code","message","exitCode"}}.`;

/** Ends the help of a command: examples, typed without `vchain` before them, and the exit codes. */
export function withEnd(command: Command, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  vchain ${example}`).join('\n');
  return command.addHelpText('after', `\nExamples:\n${lines}\n${EXIT_CODES}`);
}

/** Codes of failures that another way of calling mends: arguments, settings, and the files and modules that they name. */
const USAGE: ReadonlySet<string> = new Set([
  'BNS_PARAMETERS_INVALID',
  'CONFIG_INVALID',
  'DEFINITION_UNUSABLE',
  'FILTER_INVALID',
  'KEY_FILE_UNUSABLE',
  'NODE_CREDENTIALS_TWICE',
  'PACKAGE_NAME_INVALID',
  'PRIVATE_KEY_INVALID',
  'QUERY_INVALID',
  'QUESTION_INVALID',
  'SETTING_MISSING',
  'USAGE_INVALID',
  'VIRTUAL_CHAIN_INVALID',
]);

/** What a failure ends the process with: 1 or 2 where it was foreseen, 70 for a bug. */
export function exitCodeOf(error: unknown): 1 | 2 | 70 {
  if (!isExpectedError(error)) return 70;
  return USAGE.has(error.code) ? 2 : 1;
}
