/** Entries of a page where the caller says nothing, and at most. */
export const PAGE_ENTRIES_DEFAULT = 50;
export const PAGE_ENTRIES_MAX = 500;
/** Bytes of a request's body: nothing here takes one. */
export const BODY_BYTES_MAX = 1_024;
/** Bytes of a parameter in a path, such as a key. */
export const PATH_PARAMETER_CHARACTERS_MAX = 4_096;
/** Node takes no longer request line. */
export const URL_CHARACTERS_MAX = 16_384;
/** How long a request may take to arrive, and an answer to be made. */
export const REQUEST_TIMEOUT_MS = 10_000;
export const ANSWER_TIMEOUT_MS = 30_000;
/** Requests of one address in a minute where nothing else is configured. */
export const REQUESTS_PER_MINUTE_DEFAULT = 6_000;
/** The highest block height that the database can hold. */
export const HEIGHT_MAX = 2_147_483_647;
