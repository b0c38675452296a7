/** Every bound of the node client: how much at once, how long, how often. */

// Asking a node.

/** Without a byte for so long, a call has failed. */
export const RPC_TIMEOUT_MS = 30_000;
/** The same for calls that look through the whole set of unspent outputs, which takes minutes on mainnet. */
export const SLOW_RPC_TIMEOUT_MS = 15 * 60_000;
/** More at once make Core answer 503. */
export const CALLS_IN_FLIGHT_MAX = 8;
/** How often a call is made again that the node was too busy for, and the waits in between. */
export const BUSY_RETRIES_MAX = 6;
export const BUSY_RETRY = { firstMs: 25, lastMs: 800 };
/** After a lost subscription. */
export const ZMQ_RETRY_MS = 5_000;

/** Outputs of one batch that are looked up among the unspent ones. */
export const OUTPUTS_PER_BATCH_MAX = 100;

// Following a chain.

/** Blocks that one step names, unless the caller wants others. */
export const NODE_HASHES_PER_STEP_MAX = 64;
export const HEADERS_PER_BATCH_MAX = 64;
/** Hashes asked for at once while looking for the fork: few at first, since most forks are shallow. */
export const HASHES_PER_BATCH_FIRST = 8;
export const HASHES_PER_BATCH_MAX = 512;
/** Transactions of one batch: a reply of 20 large ones stays below 8 MB of hex. */
export const TRANSACTIONS_PER_BATCH_MAX = 20;

// Reading a node's block files.

/** Core begins another file at 128 MiB, and a block may lie across it. */
export const BLOCK_FILE_BYTES_MAX = 2 ** 28;
/** What is read at once while a file is looked through: many small blocks, or the head of one large one. */
export const BLOCK_FILE_WINDOW_BYTES = 64 * 1_024;
/** A file so far behind the newest does not grow any more: Core fills one after the other, or two at once. */
export const GROWING_FILES_MAX = 16;
/** A block has at most four million weight units, and so many bytes. */
export const BLOCK_RECORD_BYTES_MAX = 4_000_000;

// Choosing among nodes.

/** How far the node in use may be behind another before it is left, and how often that is looked at. */
export const LAG_BLOCKS_MAX = 2;
export const COMPARE_EVERY_MS = 30_000;
/**
 * How long a node that answered what is not true is asked only where all others fail: at first, since a reply may have been
 * spoilt on its way, and where it goes on so, twice as long each time.
 */
export const DISTRUST = { firstMs: 10_000, lastMs: 10 * 60_000 };
