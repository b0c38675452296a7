/** Every bound of a connection to Postgres. */

export const CONNECT_TIMEOUT_MS = 15_000;
/** How long a connection is idle before the system asks whether the other side is still there. */
export const KEEP_ALIVE_DELAY_MS = 30_000;
/** A connection on which nothing comes back for a statement's time and this much longer is given up. */
export const SILENCE_MARGIN_MS = 5_000;
/** Postgres cuts longer names, silently. */
export const IDENTIFIER_BYTES_MAX = 63;
