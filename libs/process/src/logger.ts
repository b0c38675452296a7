import { createRequire } from 'node:module';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import { redactText } from './settings/secrets.ts';

/** Lines of JSON, by pino: `info`, `warn`, `error` and the others, each with fields and a message. */
export type Logger = PinoLogger;
/** The levels, from everything to nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
/** How much is logged. */
export type LogLevel = (typeof logLevels)[number];

/** Who logs, from which level on, and where to. */
export interface LoggerOptions {
  /** The service, as every line names it. */
  readonly name: string;
  readonly version: string;
  readonly level?: LogLevel;
  /** Where lines go: standard output unless given. */
  readonly to?: 'stdout' | 'stderr' | DestinationStream;
}

const require = createRequire(import.meta.url);

/**
 * A logger that writes one line of JSON per entry. Each line passes `redactText` whole, just before it is written, so
 * that no object, error or message can carry a secret past it.
 */
export function createLogger({ name, version, level = 'info', to = 'stdout' }: LoggerOptions): Logger {
  // Loaded by who logs: a command of the command line does not.
  const { destination, pino, stdSerializers, stdTimeFunctions } = require('pino') as typeof import('pino');
  // Synchronous: the last lines before an exit are the ones that matter.
  const stream = typeof to === 'string' ? destination({ dest: to === 'stdout' ? 1 : 2, sync: true }) : to;
  return pino(
    {
      level,
      base: { service: name, version, pid: process.pid },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: stdSerializers.errWithCause, error: stdSerializers.errWithCause },
      hooks: { streamWrite: redactText },
    },
    stream,
  );
}
