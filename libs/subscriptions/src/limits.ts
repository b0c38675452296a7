/** Every bound of what subscribers are told from: how often is looked, and what is kept. */

/** How often a feed is looked at for what is new. */
export const FEED_POLL_MS = 200;
/** Reads of a feed or a log at once, for subscribers that are behind. */
export const READS_AT_ONCE_MAX = 3;
/** What is kept of the newest blocks of a feed, for all its subscribers: it stands there twice, as text and as the bytes that are sent. */
export const FEED_RING_CHARACTERS_MAX = 6 * 1024 * 1024;
/** A subscriber is handed so many blocks at once, so that it notices when it is to stop. */
export const UNITS_AT_ONCE_MAX = 64;
/** Blocks that wait to be deep enough and are kept with all that is told of them; others are read again. */
export const UNITS_HELD_MAX = 16;
/** Filters that are remembered: whoever has the same ones shares what was found for them. */
export const SELECTIONS_KNOWN_MAX = 2_000;
/** How often it is looked which machines are live. */
export const MACHINES_LOOK_MS = 5_000;
/** Before a database that is away is asked again which machines are live. */
export const DATABASE_RETRY = { firstMs: 200, lastMs: 5_000 };
