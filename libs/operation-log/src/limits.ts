/** Every bound of the operation log: how much at once, how long, how often, and what is kept in memory. */

// Writing.

/** What one send to the broker holds: half of what the topic takes in a batch, so that many small ones stay quick. */
export const SEND_BYTES_MAX = 8 * 1024 * 1024;
/** What the topic takes in one batch, with 64 KiB left for headers and framing. */
export const EVENT_BYTES_MAX = 16 * 1024 * 1024 - 64 * 1024;
/** What a batch may hold once it is decompressed: twice the largest that a writer of ours makes. */
export const DECOMPRESSED_BYTES_MAX = 32 * 1024 * 1024;
/** Framing and headers of one record, rounded up. */
export const RECORD_OVERHEAD_BYTES = 320;
/** Of zstd, for what is sent: higher ones make it little smaller and take much longer. */
export const ZSTD_LEVEL = 1;
/** How long a step of a transaction may take before the writer gives itself up. */
export const STALL_LIMIT_MS = 30_000;
/** How long the broker leaves a transaction open whose writer went silent. */
export const TRANSACTION_TIMEOUT_MS = 60_000;
/** Quick repeats: Kafka answers CONCURRENT_TRANSACTIONS for some milliseconds after each commit. */
export const TRANSACTION_RETRY = { firstMs: 5, lastMs: 500 };
export const TRANSACTION_TRIES_MAX = 31;
/** How long one look for the marker of a transaction waits at the broker. */
export const MARKER_WAIT_MS = 500;
/** How long a producer takes to close; after that the next fence ends it. */
export const CLOSE_LIMIT_MS = 1_000;

// Reading.

/** About what one fetch answers with; the broker sends one batch in any case. One is being handed on, one is on its way. */
export const FETCH_BYTES = 512 * 1024;
/** Of that, so much is read once it is no longer compressed, and the batch that goes beyond it: the rest is asked for again. */
export const FETCH_DECODED_BYTES = 16 * 1024 * 1024;
/** The same of a broker in memory. */
export const MEMORY_FETCH_BYTES = 1_048_576;
/** What a fetch of a single record asks for. */
export const ONE_RECORD_BYTES = 1_024;
/** How long the broker waits at the end of the log for something new. */
export const POLL_WAIT_MS = 500;
/** How many blocks and writers back a repeated record can be told from a fork. */
export const REMEMBERED_SPANS_MAX = 1_024;
/** How far the first step back through the log goes, in offsets; each further one goes so many times as far, up to a limit. */
export const STEP_RECORDS_FIRST = 100n;
export const STEP_GROWTH = 4n;
export const STEP_RECORDS_MAX = 32_000n;
/** More offsets than one transaction takes, and so more than a writer that was replaced can leave behind its successor's. */
export const TRANSACTION_OFFSETS_MAX = 20_000n;
/** A step back reads what is there and waits for nothing. */
export const STEP_WAIT_MS = 0;

// Keeping the log in Postgres.

/** A row of batches holds so much before it is compressed: small enough to be read for one record, large enough to compress. */
export const BATCH_BYTES_MAX = 256 * 1024;
/** Rows that one fetch looks at. */
export const BATCHES_PER_FETCH_MAX = 500;
/** A reader, a writer, and what asks beside them. */
export const LOG_POOL_CONNECTIONS_MAX = 4;
/** How long a writer's transaction may stand still, as that of a frozen process does, before Postgres ends it. */
export const IDLE_IN_TRANSACTION_MS = 10_000;
/** How soon after a failure the connection that listens for news is opened again; until then readers look by themselves. */
export const LISTEN_AGAIN_MS = 1_000;
/** How often a stand-by tries the lock of the leader. */
export const LOCK_POLL_MS = 500;

// Talking to brokers.

export const CONNECTION_TIMEOUT_MS = 3_000;
export const REQUEST_TIMEOUT_MS = 30_000;
/** What kafkajs repeats by itself; everything longer is `retryWhileUnavailable`. */
export const CLIENT_RETRY = { initialRetryTime: 50, maxRetryTime: 1_000, retries: 2 };
/** How long a request is repeated while no broker answers, and the waits between, doubled from the first to the last. */
export const RETRY_FOR_MS = 30_000;
export const REQUEST_RETRY = { firstMs: 50, lastMs: 2_000 };
/** A deleted topic, one that was just created, and one whose leader is being chosen look alike for a moment. */
export const MISSING_TOPIC_TRIES_MAX = 5;
export const METADATA_MAX_AGE_MS = 300_000;
/** Of the admin client that creates a topic. */
export const ADMIN_RETRY = { initialRetryTime: 50, retries: 8 };
export const CREATE_LIMIT_MS = 30_000;
export const REPLICATION_FACTOR_MAX = 3;
/** Copies that a record has to have before its commit is acknowledged, where there are as many as three. */
export const IN_SYNC_REPLICAS = 2;

// Leading.

/** After how much silence the group takes a member for dead, and another one leads. */
export const MEMBER_SESSION_TIMEOUT_MS = 6_000;
export const HEARTBEAT_INTERVAL_MS = 1_000;
/** How long a leader's last request to the broker may hang, and so a clean stop last. */
export const MEMBER_WAIT_MS = 500;
/** How often a member asks itself whether the group still answers. */
export const MEMBER_WATCH_MS = 1_000;
/** Milliseconds between two tries to join those who want to lead. */
export const REJOIN_WAIT_MS = 1_000;
/** A coordinator that is not there yet is told of from so many refusals in a row on. */
export const REFUSALS_TOLD_MIN = 3;
/** Of a member's requests, before it is replaced by a new one. */
export const MEMBER_RETRY = { initialRetryTime: 100, retries: 5 };
/** Records are joined up to here before they are hashed: a call of the hash costs as much as a kilobyte of it. */
export const JOINED_BYTES = 64 * 1024;
