import { createHash, randomBytes } from 'node:crypto';
import { TOKEN_BYTES } from '../limits.ts';

/** What a token lets its holder do: ask questions, subscribe, hold webhooks. */
export const SCOPES = ['read', 'subscribe', 'webhooks'] as const;
/** One of them. */
export type Scope = (typeof SCOPES)[number];

/** What every token begins with: scanners for leaked secrets find it by that. */
const TOKEN_PREFIX = 'vct_';
const TOKEN = new RegExp(`^${TOKEN_PREFIX}[A-Za-z0-9_-]{43}$`);

/** A new token: 256 random bits, as text that may stand in a header, a URL and a WebSocket's subprotocol. */
export function makeToken(): string {
  return `${TOKEN_PREFIX}${randomBytes(TOKEN_BYTES).toString('base64url')}`;
}

/** Whether a text is written as a token is. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** What is kept of a token. A token has 256 bits of its own: nothing is gained by a hash that is slow. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
