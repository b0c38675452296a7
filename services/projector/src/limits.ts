/** Every bound of the projector. */

/** The most that goes into one Postgres transaction. */
export const TRANSACTION_BLOCKS_MAX = 200;
export const TRANSACTION_OPERATIONS_MAX = 5_000;
/** Of the records of its operations; a block that has more goes alone. */
export const TRANSACTION_BYTES_MAX = 64 * 1024 * 1024;
/** How long a failure that may pass is waited out before the next try. */
export const RETRY = { firstMs: 200, lastMs: 5_000 };
/** How often a faulted projection looks whether it was resumed. */
export const RESUME_POLL_MS = 1_000;
/**
 * Blocks from before the checkpoint that tell a repeated record from a fork: more than one transaction of the log holds,
 * since what is repeated after a lost acknowledgement is a whole send of it.
 */
export const KNOWN_BLOCKS_MAX = 1_024;
/** How often the newest height of the log is looked up, for status and lag. */
export const LOG_END_POLL_MS = 2_000;
/** What one step of the audit checks: a block at least, and more only up to these. */
export const AUDIT_STEP = { blocks: 50, operations: 500 };
/** How long the audit waits before it looks again at what disagreed, or could not be asked. */
export const AUDIT_AGAIN_MS = 10_000;
/** Between two rounds of the audit. */
export const AUDIT_ROUND_PAUSE_MS = 60_000;
/** Heights that a light client may ask about at once. */
export const HEIGHTS_PER_QUESTION_MAX = 1_000;
/** How long a peer may take for an answer, its end included. */
export const PEER_ANSWER_TIMEOUT_MS = 10_000;
/** An answer of a peer to the longest question has about a quarter of it. */
export const PEER_ANSWER_BYTES_MAX = 64 * 1024;
/** The longest wait before a peer that could not be compared is asked again. */
export const PEER_RETRY_MS_MAX = 300_000;
/** Heights that a peer is asked for at once while the first difference is searched. */
export const PROBES_PER_QUESTION = 32;
/** The longest time between two looks at a peer that may be set. */
export const PEER_POLL_MS_MAX = 86_400_000;

/** Operations in no block that are judged together, and what their transactions may take; more are counted alone. */
export const PENDING_OPERATIONS_MAX = 1_000;
export const PENDING_BYTES_MAX = 16 * 1024 * 1024;
/** Transactions of the mempool that one look reads of the node; the rest is read at the next, which follows at once. */
export const TRANSACTIONS_PER_LOOK_MAX = 1_000;
/** Between two looks at the mempool at least; and how long a look without news is not written. */
export const PENDING_LOOK_MS_MIN = 100;
export const PENDING_SEEN_MS = 15_000;
/** How many times as long as a look took nobody looks again. */
export const PENDING_REST = 4;
/** How long it takes until a view that another projector has is asked for again. */
export const PENDING_ELSEWHERE_MS = 20_000;

/** How far the heap may grow, in percent of what is in use, before garbage is collected. Measured: 30 takes a third more CPU time, 100 none. */
export const HEAP_GROWING_PERCENT = 100;
