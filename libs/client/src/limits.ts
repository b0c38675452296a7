/** Every bound of the client beside those of the operation log. */

/** How long a failure that may pass is waited out before the next try: doubled from the first to the last. */
export const RETRY_FIRST_MS = 100;
export const RETRY_LAST_MS = 10_000;
