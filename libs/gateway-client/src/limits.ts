/** Every bound of the client. */

/** How long a failure that may pass is waited out before the next try. */
export const RETRY = { firstMs: 100, lastMs: 10_000 };
/** What a gateway asks to be left alone for is done up to this. */
export const RETRY_AFTER_MS_MAX = 60_000;
/** A stream that brings no byte for so long is dead: a gateway says something every 15 s. */
export const SILENCE_MS = 45_000;
/** How long an answer to a question may take. */
export const ANSWER_TIMEOUT_MS = 30_000;
/** An event of a stream may have so many characters. */
export const EVENT_CHARACTERS_MAX = 256 * 1024 * 1024;
/** Messages of a socket that wait to be taken: a socket cannot be told to wait. */
export const MESSAGES_WAITING_MAX = 20_000;
/** So many of the newest blocks are remembered by their hashes, to go on behind one of them. */
export const BLOCKS_HELD_MAX = 1_000;
/** What so many of the newest blocks changed is remembered, to be taken back. */
export const BLOCKS_WITH_CHANGES_MAX = 100;
/** So many of the newest cursors are remembered, to tell an entry that comes twice. */
export const CURSORS_HELD_MAX = 4_096;
/** Entries of a page. */
export const PAGE_ENTRIES = 500;
/** How old a delivery to a webhook may be, or how far from ours its sender's clock. */
export const WEBHOOK_TOLERANCE_SECONDS = 300;
/** Signatures of a delivery that are looked at. */
export const SIGNATURES_MAX = 8;
