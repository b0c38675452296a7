/** The parts of the outside world that virtualchain runs against. `log` is what holds the operation log: Kafka, or Postgres. */
export type PartName = 'kafka' | 'log' | 'node' | 'postgres';

/** Where a part comes from, in the order of preference. What is embedded comes with npm, and stands in for a real one. */
export type PartSource = 'url' | 'container' | 'local' | 'embedded';

/**
 * What all parts can do. A part from a URL belongs to somebody else: it refuses to be started, stopped or killed.
 * A part that starts again keeps its address.
 */
export interface Part {
  readonly source: PartSource;
  /** One line for people: what it is and where. */
  readonly description: string;
  start(): Promise<void>;
  /** Ends it cleanly, and waits until it is gone. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  /** Sends a signal, SIGKILL unless another is given, and waits until it is gone if the signal ends processes. */
  kill(signal?: NodeJS.Signals): Promise<void>;
}

export interface KafkaPart extends Part {
  readonly brokers: readonly string[];
}

/** Where the operation log is kept. */
export type LogPart = (KafkaPart & { readonly kind: 'kafka' }) | PostgresLogPart;

/** A database for the log. Stopping and starting is that of its server. */
export interface PostgresLogPart extends Part {
  readonly kind: 'postgres';
  readonly url: string;
}

export interface NodePart extends Part {
  /** JSON-RPC, credentials included: `http://user:password@127.0.0.1:port`. */
  readonly url: string;
  /** Which program it is; unknown for a node from a URL. */
  readonly kind: 'bitcoind' | 'btcd' | 'embedded' | 'unknown';
  /** Where other nodes reach it, `host:port`; absent for a node from a URL. */
  readonly p2pAddress?: string;
  /** Where it publishes `hashblock`; absent where it does not. */
  readonly zmqUrl?: string;
  /** Where it writes the credentials of each start, when it has no password: `url` is without any then. */
  readonly cookieFile?: string;
  /** Ends it, deletes its chain, and starts it with nothing but the genesis block. */
  startEmpty(): Promise<void>;
}

/** How a node is started that is not like the run's others. */
export interface NodeWishes {
  /** `p2pAddress`es that it keeps connecting to. */
  readonly peers?: readonly string[];
  /** More lines of `bitcoin.conf`, such as `prune=1`; a local bitcoind only. A setting of ours that is named is left out. */
  readonly settings?: readonly string[];
  /** It writes a cookie file instead of having a password; a local bitcoind only. */
  readonly hasCookie?: boolean;
}

export interface PostgresPart extends Part {
  /** The maintenance database. Tests make their own. */
  readonly url: string;
  /** Creates an empty database and answers its URL. */
  createDatabase(name: string): Promise<string>;
}

export interface Parts {
  readonly kafka: KafkaPart;
  readonly log: LogPart;
  readonly node: NodePart;
  readonly postgres: PostgresPart;
}
