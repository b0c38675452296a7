/** Every bound of the client beside those of the operation log. */

/** How long a failure that may pass is waited out before the next try. */
export const RETRY = { firstMs: 100, lastMs: 10_000 };
