/** Every bound of what is delivered: how much at once, how often, and how long is waited. */

/** How long a request to brokers is repeated before it is told that they are away; then it is tried again. */
export const BROKERS_RETRY_FOR_MS = 5_000;
/** How often it is told how topics of feeds stand. */
export const TOPICS_LOOK_MS = 1_000;
/** How often it is looked what owners have changed. */
export const WEBHOOKS_LOOK_MS = 1_000;
/** Before a database that is away is asked again. */
export const DATABASE_RETRY = { firstMs: 200, lastMs: 5_000 };
/** Before a feed that cannot be read is read again, and one that does not lead on is looked at again. */
export const FEED_RETRY = { firstMs: 500, lastMs: 60_000 };
/** Before a delivery that failed is tried again, without end: from a second to ten minutes. */
export const DELIVERY_RETRY = { firstMs: 1_000, lastMs: 600_000 };
/** How many failures before the wait is the longest. */
export const DELIVERY_RETRIES_TOLD_APART_MAX = 16;
/** Deliveries under way at once to receivers that answer as they should, where nothing else is configured. */
export const DELIVERIES_AT_ONCE_DEFAULT = 64;
/** The same to those that failed or were slow the last time: they never stand in the way of the others. */
export const AILING_AT_ONCE_MAX = 32;
/** A receiver that takes longer than that is slow. */
export const SLOW_DELIVERY_MS = 3_000;
/** Entries of one delivery, and about how many characters they may have: an entry that is longer comes alone. */
export const ENTRIES_PER_DELIVERY_MAX = 500;
export const DELIVERY_CHARACTERS_MAX = 1024 * 1024;
/** Where nothing is told, as behind a filter, it is kept so often how far all is done. */
export const SILENT_SAVE_MS = 5_000;
