import type {} from '@fastify/rate-limit';
import type { Holder, Scope } from '@virtualchain/access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RateLimited } from '../problems.ts';
import { credentialOf } from './credential.ts';
import { ScopeMissing, TokenInvalid, TokenMissing } from './errors.ts';
import type { Tokens } from './tokens.ts';

/** Who is let in. */
export interface GuardOptions {
  readonly tokens: Tokens;
  /** Without it everybody may read and subscribe; webhooks always belong to a token. */
  readonly areTokensRequired: boolean;
  /** How often the holder of a token that says nothing else may ask in a minute. */
  readonly requestsPerMinute: number;
}

/** Who asks, and by which token. */
interface Identified {
  readonly holder: Holder;
  readonly token: string;
}

const IDENTIFIED = new WeakMap<FastifyRequest, Identified>();

/** The holder of the token that a request brought, which the guard has checked; null for one that brought none. */
export function identifiedBy(request: FastifyRequest): Identified | null {
  return IDENTIFIED.get(request) ?? null;
}

/** Lets in who has a token with the scope of what is asked for; a token that is brought is checked wherever it is. */
export function addGuard(
  server: FastifyInstance,
  { tokens, areTokensRequired, requestsPerMinute }: GuardOptions,
): void {
  const count = server.createRateLimit({
    max: (request) => identifiedBy(request)?.holder.requestsPerMinute ?? requestsPerMinute,
    keyGenerator: (request) => `token ${identifiedBy(request)?.holder.id}`,
  });
  // Behind the limit of the address, which counts what is refused here.
  server.addHook('preParsing', async (request, reply) => {
    const scope = scopeOf(request.routeOptions.url);
    if (scope === null) return;
    const token = credentialOf(request.headers);
    if (token === null) {
      if (scope !== 'webhooks' && !areTokensRequired) return;
      throw challenged(
        reply,
        new TokenMissing(`a token with the scope ${scope} is needed: Authorization: Bearer vct_…`),
      );
    }
    const holder = await tokens.find(token);
    if (holder === null) throw challenged(reply, new TokenInvalid('the token is none, was revoked, or has expired'));
    if (!holder.scopes.includes(scope))
      throw new ScopeMissing(
        `the token ${holder.name} has ${holder.scopes.join(', ')}; what is asked for needs ${scope}`,
      );
    IDENTIFIED.set(request, { holder, token });
    const limit = await count(request);
    if (limit.isAllowed || !limit.isExceeded) return;
    reply.header('retry-after', limit.ttlInSeconds);
    throw new RateLimited(
      `more than ${limit.max} questions of the token ${holder.name} in a minute; ask again in ${limit.ttlInSeconds} s`,
    );
  });
}

/** What is everybody's: the page, which asks with a token of its own, and the documents. They hold nothing of the network. */
const OPEN: ReadonlySet<string> = new Set([
  ...['/', '/search', '/chains/*', '/assets/:name', '/docs', '/docs/style.css', '/openapi.json'],
]);

/** What is asked for needs; null for what is everybody's, and where there is nothing. Machines may have addresses of their own anywhere. */
function scopeOf(route: string | undefined): Scope | null {
  if (route === undefined || OPEN.has(route)) return null;
  if (route.startsWith('/v1/webhooks')) return 'webhooks';
  return /\/(events|socket)$/.test(route) ? 'subscribe' : 'read';
}

function challenged<Refusal>(reply: FastifyReply, refusal: Refusal): Refusal {
  reply.header('www-authenticate', 'Bearer realm="virtualchain"');
  return refusal;
}
