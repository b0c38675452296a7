/** Every bound of the projection: connections, statements, pages, and what is kept in memory. */

// Talking to Postgres.

/** Of one build: a batch takes one, status and marks the others. */
export const POOL_CONNECTIONS_MAX = 4;
/** Of the shared tables. */
export const SHARED_POOL_CONNECTIONS_MAX = 2;
export const STATEMENT_TIMEOUT_MS = 120_000;
/** How long a batch's transaction may stand without a statement, as that of a frozen process does, before Postgres ends it. */
export const IDLE_IN_TRANSACTION_MS = 120_000;
/** A change of tables, views, owners or rights that meets other sessions is tried so often before it is given up. */
export const CONTENDED_TRIES_MAX = 8;
/** The same where hours of work stand behind it: an hour of tries. */
export const CONTENDED_TRIES_OF_AN_IMPORT_MAX = 300;
/**
 * How long the tries wait for a lock: the first ones less than Postgres takes to look for a deadlock (1 s), so that we give way and
 * not the services; later ones long enough for the end of a batch. Whoever comes after us waits as long.
 */
export const LOCK_WAIT = { firstMs: 500, lastMs: 8_000 };
/** Between two tries. */
export const CONTENDED_RETRY = { firstMs: 100, lastMs: 5_000 };
/** What one bulk statement sends, about; and what a number or a null counts as. */
export const STATEMENT_BYTES_MAX = 64 * 1024 * 1024;
export const SMALL_VALUE_BYTES = 16;
/** Rows of a table that are copied into it, in a round trip of their own; fewer go with everything else. */
export const COPIED_ROWS_MIN = 1_000;
/** The same of bytes, however few the rows are. */
export const COPIED_BYTES_MIN = 256 * 1024;
/** Rows of transitions, a block's each, in one statement: each has its own parameters. */
export const TRANSITION_ROWS_PER_WRITE_MAX = 500;
/** How long connections take to be given back; one that died in the middle of something never is. */
export const CLOSE_LIMIT_MS = 1_000;

/** Records of operations that are compressed together: who wants one of them reads as many. */
export const RECORDS_BYTES_PER_PART_MAX = 1024 * 1024;
/** The most that stays to join later ones in: a record that is larger goes alone. */
export const ROOM_KEPT_BYTES_MAX = 2 * RECORDS_BYTES_PER_PART_MAX;
/** Of zstd. Hashes and signatures, most of what is left, do not compress at any level. */
export const RECORDS_COMPRESSION_LEVEL = 1;

// Reading.

/** Keys that one query looks up. */
export const KEYS_PER_QUERY_MAX = 10_000;
/** Rows of a range that are read ahead; the rest of a longer one is asked for when it is wanted. */
export const ROWS_PER_RANGE_MAX = 100;
/** Rows of all ranges of a collection together that are read ahead for a batch, however many ranges its machine names. */
export const ROWS_READ_AHEAD_MAX = 100_000;
/** Current rows of a build kept in memory, and about how much they may take; the first kept goes first. */
export const CACHED_ROWS_MAX = 200_000;
export const CACHED_BYTES_MAX = 256 * 1024 * 1024;
/** What a kept row takes beside the bytes of its key and its fields. */
export const CACHED_ROW_OVERHEAD_BYTES = 200;
/** Bits of the filter that knows the keys of a collection: at first, a key, and at most (4 MiB, 2.8 million keys). */
export const KEY_FILTER_BITS_FIRST = 2 ** 19;
export const KEY_FILTER_BITS_PER_KEY = 12;
export const KEY_FILTER_BITS_MAX = 2 ** 25;
/** Rows that a reading takes from a collection at once, and versions that one call of it answers. */
export const ROWS_PER_READ_MAX = 500;
/** Blocks that one call of a reading answers. */
export const BLOCKS_PER_READ_MAX = 1_000;
/** Operations that one call of a reading answers. */
export const OPERATIONS_PER_READ_MAX = 1_000;
/** Blocks of the feed that are read at once, and about how many operations they may have together. */
export const FEED_BLOCKS_PER_READ_MAX = 32;
export const FEED_OPERATIONS_PER_READ_MAX = 2_000;
/** Blocks of the branch read at once, newest first. */
export const MARKS_PER_PAGE_MAX = 500;
/** Blocks that `verify` reads and folds at once. */
export const VERIFIED_BLOCKS_PER_STEP_MAX = 200;
/** What one fetch of an audit asks of the log: it goes slowly, and holds what it fetched meanwhile. */
export const AUDIT_FETCH_BYTES = 64 * 1024;
/** The header line of a snapshot file. */
export const SNAPSHOT_HEADER_BYTES_MAX = 65_536;

// Operations that are not in a block yet.

/** Of what happened to them, the newest that are kept for subscribers; who is farther behind begins anew. */
export const PENDING_ENTRIES_KEPT_MAX = 5_000;
/** At how many of them the rules may throw before none is judged. */
export const PENDING_FAULTS_MAX = 20;
/** Entries that one read answers. */
export const PENDING_ENTRIES_PER_READ_MAX = 500;
/** A view that nobody looked after for so long is told of no more, and another projector may take it over. */
export const PENDING_STALE_MS = 60_000;

// Pruning.

/** So many of the newest blocks keep their history: a reorganisation needs it. */
export const HISTORY_BLOCKS_MIN = 100;
/** Rows that one statement removes. */
export const PRUNED_ROWS_PER_STATEMENT = 10_000;

// Rebuilding.

/** Of records and in changes, about: what a rebuild folds in one transaction. */
export const REBUILD_BATCH_BYTES_MAX = 12 * 1024 * 1024;
export const REBUILD_BATCH_CHANGES_MAX = 1_000;
/** So many times blocks are taken back by reading whole tables, before the indexes are made that find them. */
export const REORGS_WITHOUT_INDEXES_MAX = 8;

/** How often a new build may catch up with a live one that goes on, before the rebuild gives up. */
export const CATCH_UPS_MAX = 50;

/** How often a password is hashed before Postgres keeps it, and with how much salt: what Postgres does itself. */
export const SCRAM_ROUNDS = 4_096;
export const SCRAM_SALT_BYTES = 16;
