/** Every bound of the ingester. */

// Looking at the node.

/** Blocks that one look at the node may name, and the wait before the next look when its chain moved meanwhile. */
export const STEP_BLOCKS_MAX = 500;
export const CHAIN_MOVED_WAIT_MS = 50;
/** Blocks being fetched ahead of the one that is made ready, by each chain; they are kept until their turn. */
export const FETCH_AHEAD_BLOCKS_MAX = 8;
/** About how much memory kept blocks take, with everything that is read out of them. */
export const CACHE_BYTES_MAX = 64 * 1024 * 1024;
/** And how many there are at most: small blocks would fill that for days. */
export const CACHE_BLOCKS_MAX = 1_000;
/** What a block and a transaction take beside their bytes, with layout, merkle tree and index; measured. */
export const KEPT_BLOCK_BYTES = 4_200;
export const KEPT_TRANSACTION_BYTES = 170;
/** How many of the newest blocks of our branch are kept in memory; below them the log itself is read. */
export const NEWEST_BLOCKS_MAX = 4_000;

// Writing to the log.

/** What one transaction of the log holds while catching up; at the tip it holds one block. */
export const TRANSACTION_BLOCKS_MAX = 500;
export const TRANSACTION_BYTES_MAX = 4 * 1024 * 1024;
export const DISCONNECTS_PER_TRANSACTION_MAX = 1_000;
/** What a block, an operation and an input count as beside the bytes of the operation's transaction and scripts. */
export const BLOCK_RECORD_BYTES = 900;
export const OPERATION_RECORD_BYTES = 1_500;
export const INPUT_RECORD_BYTES = 300;

/** How often a writer with nothing to write looks whether its topic is still there. */
export const LOG_CHECK_MS = 5_000;

// Waiting. Each doubles from the first to the last, and none ends: a chain is followed until somebody stops it.

export const CHAIN_RETRY = { firstMs: 200, lastMs: 30_000 };
/** A writer that was fenced waits until the group has noticed who leads, instead of fencing back. */
export const FENCED_RETRY = { firstMs: 6_000, lastMs: 30_000 };
/** While no node tells which network it is on. */
export const NETWORK_RETRY = { firstMs: 200, lastMs: 10_000 };
/** Between lines of progress while catching up. */
export const PROGRESS_LINE_MS = 5_000;
