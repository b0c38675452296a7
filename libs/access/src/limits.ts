/** Every bound of what outsiders hold. */

/** Connections of a process that asks for tokens and webhooks. */
export const POOL_CONNECTIONS_MAX = 4;
/** One row or a few are asked for. */
export const STATEMENT_TIMEOUT_MS = 15_000;
/** Webhooks of one token. */
export const WEBHOOKS_PER_TOKEN_MAX = 100;
/** Signing secrets of a webhook that are valid at once: the newest, and those that it is rotated from. */
export const SECRETS_PER_WEBHOOK_MAX = 4;
/** Lines of the log of changes that one question brings. */
export const AUDIT_LINES_MAX = 1_000;
/** How long a name of a token may be. */
export const TOKEN_NAME_CHARACTERS_MAX = 64;
/** Random bytes of a token. */
export const TOKEN_BYTES = 32;
/** Random bytes of a signing secret: Standard Webhooks takes 24 to 64. */
export const SIGNING_SECRET_BYTES = 32;
