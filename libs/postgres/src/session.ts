import { SILENCE_MARGIN_MS } from './limits.ts';

/**
 * What every session of ours sets, whatever role, database or server have as their defaults: correctness rests on it.
 * A setting that a server does not know yet is passed over.
 */
const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  // A lock that was waited for must be followed by a look at what its last holder wrote.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // Floats come back as they were written, and bytes and times in the one form that is read.
  extra_float_digits: '1',
  bytea_output: 'hex',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  standard_conforming_strings: 'on',
  // Every table is named with its schema; nobody's function or operator stands before Postgres's own.
  search_path: 'pg_catalog',
  // Waits are bounded by the statement, below, or by us.
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
  transaction_timeout: '0',
};

/** Lower-case. */
export const SESSION_SETTING_NAMES: ReadonlySet<string> = new Set(
  ['statement_timeout', 'client_encoding', ...Object.keys(SESSION_SETTINGS)].map((name) => name.toLowerCase()),
);

/** A client of `pg`, as far as it is used here. */
interface NewClient {
  readonly connection: {
    readonly stream: { setTimeout(ms: number, done: () => void): unknown; destroy(error: Error): unknown };
  };
  query(text: string, done: (error?: Error) => void): void;
}

/** What a session is bounded by, in milliseconds, and what its commits mean. A time of 0, or none, is no limit. */
export interface SessionLaw {
  readonly statementTimeoutMs: number;
  /** How long it may stand within a transaction without a statement, as that of a frozen process does. */
  readonly idleInTransactionMs?: number;
  /** How long it may stand without a statement at all. Postgres 14. */
  readonly idleMs?: number;
  /** What was committed outlives a crash of the server, whatever role or database have as their default. */
  readonly isDurable?: boolean;
}

/** Sets up a new session in one statement, before anybody gets it. */
export function sessionSetter({
  statementTimeoutMs,
  idleInTransactionMs = 0,
  idleMs = 0,
  isDurable = false,
}: SessionLaw) {
  const settings = Object.entries({
    ...SESSION_SETTINGS,
    statement_timeout: String(statementTimeoutMs),
    idle_in_transaction_session_timeout: String(idleInTransactionMs),
    idle_session_timeout: String(idleMs),
  }).map(([name, value]) => setting(name, value));
  const text = `select ${[...settings, ...(isDurable ? [DURABLE] : [])].join(', ')}`;
  return (client: NewClient, done: (error?: Error) => void): void => {
    if (statementTimeoutMs > 0) boundSilence(client, statementTimeoutMs + SILENCE_MARGIN_MS);
    client.query(text, done);
  };
}

/**
 * Gives up a connection on which nothing came or went for so long: Postgres ends a statement earlier than that, so whoever
 * still waits, waits for a network that swallows everything without a word.
 */
function boundSilence({ connection: { stream } }: NewClient, ms: number): void {
  stream.setTimeout(ms, () => stream.destroy(new Error(`connection terminated: silent for ${ms / 1_000} s`)));
}

/** Only raised: `remote_apply`, for example, promises more than `on`. */
const DURABLE = `case when pg_catalog.current_setting('synchronous_commit') in ('off', 'local')
  then pg_catalog.set_config('synchronous_commit', 'on', false) end`;

/** Whatever the search path was: functions are named with their schema. A setting that is not known has no value. */
function setting(name: string, value: string): string {
  const known = `pg_catalog.current_setting('${name}', true) is not null`;
  return `case when ${known} then pg_catalog.set_config('${name}', '${value}', false) end`;
}
