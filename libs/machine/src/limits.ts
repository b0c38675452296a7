/** Every bound of the fold. */

/** Rows that an index hands out at once. */
export const ROWS_PER_PAGE_MAX = 100;
/** What the columns of a key, or of an index with the key, take together: a Postgres index page holds three entries. */
export const INDEX_BYTES_MAX = 2_400;
/** Decimal digits that a bounded numeric can be given: Postgres takes a precision of 1 to 1,000. */
export const NUMERIC_DIGITS_MAX = 1_000;
/** Decimal digits of a numeric that is looked up by: more than any 256-bit number has. */
export const NUMERIC_TEXT_DIGITS_MAX = 80;
/** Keys of one chunk of a sorted list; a longer one is cut in two. */
export const KEYS_PER_CHUNK_MAX = 512;
/** Consensus hashes below the newest block that are kept in memory, if the machine does not look further back. */
export const SNAPSHOTS_KEPT_MAX = 20_000;
/** Heights that a light client asks a server about at once. */
export const HEIGHTS_PER_QUESTION_MAX = 1_000;
/** Transitions of a block share arrays of so many bytes; the first has one of its own, and most blocks no other. */
export const SHARED_BYTES = 16_384;
