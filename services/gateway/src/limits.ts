/** Entries of a page where the caller says nothing, and at most. */
export const PAGE_ENTRIES_DEFAULT = 50;
export const PAGE_ENTRIES_MAX = 500;
/** Bytes of a request's body: questions take none. */
export const BODY_BYTES_MAX = 1_024;
/** The same of what is said of webhooks. */
export const WEBHOOK_BODY_BYTES_MAX = 16_384;
/** How long signing secrets stay valid after a newer one was made: a day where nothing is said, and at most. */
export const SECRET_OVERLAP_SECONDS_DEFAULT = 86_400;
export const SECRET_OVERLAP_SECONDS_MAX = 2_592_000;
/** So long is believed what was found of a token, one that is revoked included; and of how many that is kept. */
export const TOKEN_KEPT_MS = 5_000;
export const TOKENS_KEPT_MAX = 10_000;
/** Bytes of a parameter in a path, such as a key. */
export const PATH_PARAMETER_CHARACTERS_MAX = 4_096;
/** Characters of a script as hex, as a filter: longer ones are found by their address. */
export const SCRIPT_CHARACTERS_MAX = 2_000;
/** Headers of later blocks in one proof: a fortnight of them. */
export const HEADERS_PER_PROOF_MAX = 2_016;
/** Heights that one question of a light client asks for, as with a projector. */
export const HEIGHTS_PER_QUESTION_MAX = 1_000;
/** How long the end of a log is waited for where somebody asks how far behind machines are, and how long it is kept. */
export const LOG_END_WAIT_MS = 3_000;
export const LOG_END_KEPT_MS = 1_000;
/** Reads that a replica cancelled, because it had to replay what they stood in the way of, are asked again so often. */
export const CANCELLED_READS_MAX = 3;
/** Node takes no longer request line. */
export const URL_CHARACTERS_MAX = 16_384;
/** How long a request may take to arrive, and an answer to be made. */
export const REQUEST_TIMEOUT_MS = 10_000;
/** How long a connection without a question is kept: longer than what usually stands in front keeps one. */
export const KEEP_ALIVE_MS = 72_000;
/**
 * Told to stop, the gateway goes on answering for so long where connections are open: each is told that it ends with its answer, and
 * whoever sends questions here learns meanwhile that they belong elsewhere. How often it looks whether one is left.
 */
export const LAST_ANSWERS_MS = 2_000;
export const LAST_ANSWERS_LOOK_MS = 50;
/** How long answers that are on their way may take after that. */
export const DRAIN_MS = 5_000;
export const ANSWER_TIMEOUT_MS = 30_000;
/** Requests of one address in a minute where nothing else is configured. */
export const REQUESTS_PER_MINUTE_DEFAULT = 6_000;
/** Requests of one token in a minute, from wherever, where neither it nor the gateway says otherwise. */
export const REQUESTS_PER_TOKEN_DEFAULT = 6_000;
/** How often it is looked what waits to be mined. */
export const PENDING_POLL_MS = 200;
/** Before the log is tried again. */
export const LOG_RETRY = { firstMs: 100, lastMs: 10_000 };
/** Characters of a log that are read at once for such a one. */
export const READ_CHARACTERS_MAX = 4 * 1024 * 1024;
/** What is kept of the newest blocks of a stream, for all its subscribers. */
export const RING_CHARACTERS_MAX = 16 * 1024 * 1024;
/** What is handed to a connection at once. */
export const CHUNK_CHARACTERS_MAX = 64 * 1024;
/** So many messages of a WebSocket are handed over before the first of them has to be taken. */
export const MESSAGES_AHEAD_MAX = 32;
/** How long the end of a connection may lie unread before it is cut. */
export const CLOSE_LIMIT_MS = 1_000;
/** A subscriber that hears nothing for so long is told where the tip is. */
export const HEARTBEAT_MS = 15_000;
/** A subscriber that takes nothing for so long is let go. */
export const SLOW_READER_MS = 30_000;
/** Subscribers of one gateway where nothing else is configured. */
export const SUBSCRIBERS_DEFAULT = 5_000;
/** The deepest that a block may have to be before it is told. */
export const CONFIRMATIONS_MAX = 1_000;
/** How long a log may take to be read to its end, before a subscription from now on begins. */
export const START_TIMEOUT_MS = 20_000;
/** Cursors of a log that are known to be right; the ring of its newest blocks is shorter mostly. */
export const CURSORS_KNOWN_MAX = 20_000;
/** How long a page is looked for entries that pass its filter; then it is answered as it is. */
export const PAGE_SEARCH_MS = 2_000;
/** The highest block height that the database can hold. */
export const HEIGHT_MAX = 2_147_483_647;
/** How long a browser may keep what pages of other places may do. */
export const CORS_KEPT_SECONDS = 600;
