/** Which database, and how long it is waited for. */
export interface PostgresLogOptions {
  /** `postgres://user:password@host:port/database`, with TLS as it says; of the database itself, not of a pooler. */
  readonly url: string;
  /** How our sessions are called; `virtualchain log` when absent. */
  readonly clientId?: string;
  /** How long a request is repeated while no server answers, before BROKER_UNAVAILABLE is thrown. */
  readonly retryForMs?: number;
  /** How long a step of a transaction may take, before WRITER_STALLED is thrown. */
  readonly stallLimitMs?: number;
}
