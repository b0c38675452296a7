/** Every bound of what is posted. */

/** How long a delivery may take, from the look-up of the name to the head of the reply. */
export const DELIVERY_TIMEOUT_MS = 15_000;
/** How much of a reply is read, so that its connection can be used again; a longer one is cut off. */
export const REPLY_BYTES_MAX = 64 * 1024;
/** The head of a reply. */
export const REPLY_HEAD_BYTES_MAX = 16 * 1024;
/** How long an unused connection is kept. */
export const CONNECTION_KEPT_MS = 5_000;
/** Connections to one receiver: one is in use, the reply of the one before may be read still. */
export const CONNECTIONS_MAX = 2;
/** How long an address may be. */
export const URL_CHARACTERS_MAX = 2_048;
/** `Retry-After` is believed up to so long. */
export const RETRY_AFTER_MS_MAX = 3_600_000;
