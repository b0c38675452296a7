import type { Db } from '@virtualchain/projection';
import type { Policy } from '@virtualchain/webhooks';
import type { FastifyInstance } from 'fastify';
import { CORS_KEPT_SECONDS, REQUESTS_PER_TOKEN_DEFAULT } from '../limits.ts';
import { addGuard } from './guard.ts';
import { Tokens } from './tokens.ts';

/** Who may ask what, and what outsiders may register. */
export interface AccessOptions {
  /** The database of tokens and webhooks. */
  readonly db: Db;
  /** Without it everybody may read and subscribe. */
  readonly areTokensRequired: boolean;
  /** Which addresses webhooks may have. */
  readonly policy: Policy;
  /** Of the holder of a token that says nothing else. */
  readonly requestsPerToken?: number;
}

/** Lets in who may ask. @returns the tokens, for streams to be ended by */
export function addTokens(
  server: FastifyInstance,
  { db, areTokensRequired, requestsPerToken = REQUESTS_PER_TOKEN_DEFAULT }: AccessOptions,
): Tokens {
  const tokens = new Tokens(db);
  addGuard(server, { tokens, areTokensRequired, requestsPerMinute: requestsPerToken });
  server.addHook('onClose', async () => tokens[Symbol.dispose]());
  return tokens;
}

/** What a browser lets pages of other places do: ask, with a token of their own, and read what stands in the head of an answer. */
export function corsOf(origins: readonly string[]) {
  return {
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'DELETE'],
    allowedHeaders: ['authorization', 'content-type', 'last-event-id'],
    exposedHeaders: [
      'etag',
      'retry-after',
      'www-authenticate',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
    ],
    maxAge: CORS_KEPT_SECONDS,
  };
}

/** What the document says of tokens. */
export function securityOf(access: AccessOptions | undefined) {
  if (access === undefined) return { security: [] };
  const token = {
    type: 'http',
    scheme: 'bearer',
    description: 'made by vchain tokens create; docs/how-to/tokens.md',
  } as const;
  return {
    components: { securitySchemes: { token } },
    security: access.areTokensRequired ? [{ token: [] }] : [{ token: [] }, {}],
  };
}
