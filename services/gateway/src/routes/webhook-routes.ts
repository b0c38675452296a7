import {
  deleteWebhook,
  findWebhook,
  type Holder,
  type Owned,
  pauseWebhook,
  redeliverWebhook,
  registerWebhook,
  resumeWebhook,
  rotateSecret,
  type WithSecret,
  webhooksOf,
} from '@virtualchain/access';
import type { Db } from '@virtualchain/projection';
import { feedStart, type StartQuery, selectionOf } from '@virtualchain/subscriptions';
import { type Policy, readTarget } from '@virtualchain/webhooks';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import { identifiedBy } from '../access/guard.ts';
import { SECRET_OVERLAP_SECONDS_DEFAULT, SECRET_OVERLAP_SECONDS_MAX, WEBHOOK_BODY_BYTES_MAX } from '../limits.ts';
import { NotThere } from '../problems.ts';
import { queryOf } from '../schemas/common.ts';
import { StartWish, Webhook, WebhookWish, WebhookWithSecret, webhookJson } from '../schemas/webhooks.ts';
import type { ServedMachine } from '../served.ts';
import type { Subscriptions } from '../subscriptions/subscriptions.ts';
import { describe } from './describe.ts';

/** What webhooks are registered with. */
export interface WebhookRoutes {
  readonly db: Db;
  readonly policy: Policy;
  readonly served: readonly ServedMachine[];
  readonly subscriptions: Subscriptions;
}

interface Wish extends StartQuery {
  readonly url: string;
  readonly chain: string;
  readonly machine: string;
  readonly filter?: string;
  readonly blocks: boolean;
  readonly confirmations: number;
}

const tags = ['webhooks'];
const params = Type.Object({ id: Type.String({ pattern: '^wh_[0-9a-f]{32}$', description: 'of the webhook' }) });
type OfOne = { Params: { readonly id: string } };

/** Webhooks, each seen and changed by the token that registered it, and by no other. */
export function addWebhookRoutes(server: FastifyInstance, options: WebhookRoutes): void {
  addOwners(server, options);
  addChanges(server, options);
}

function addOwners(server: FastifyInstance, options: WebhookRoutes): void {
  const { db } = options;
  server.post<{ Body: Wish }>(
    '/webhooks',
    {
      bodyLimit: WEBHOOK_BODY_BYTES_MAX,
      schema: describe({
        ...{ tags, name: 'register', summary: 'registers a webhook; its signing secret is shown this once' },
        ...{ sent: WebhookWish, body: WebhookWithSecret, status: 201 },
      }),
    },
    async (request, reply) => {
      const { body } = request;
      const { filter, blocks, confirmations, chain, machine } = body;
      const url = readTarget(body.url, options.policy).href;
      selectionOf(body);
      const cursor = await cursorOf(options, body, body);
      const wish = { url, chain, machine, filter: filter ?? null, blocks, confirmations, cursor };
      return secretJson(reply.code(201), await registerWebhook(db, holderOf(request), wish));
    },
  );
  server.get(
    '/webhooks',
    {
      schema: describe({
        ...{ tags, name: 'list', summary: 'the webhooks of the token, and how each stands' },
        body: Type.Object({ webhooks: Type.Array(Webhook) }),
      }),
    },
    async (request) => ({ webhooks: (await webhooksOf(db, holderOf(request))).map(webhookJson) }),
  );
  server.get<OfOne>(
    '/webhooks/:id',
    { schema: describe({ tags, name: 'show', summary: 'a webhook, and how it stands', params, body: Webhook }) },
    async (request) => webhookJson(there(await findWebhook(db, ownedOf(request)), request)),
  );
  server.delete<OfOne>(
    '/webhooks/:id',
    {
      schema: describe({
        tags,
        name: 'delete',
        summary: 'ends a webhook',
        params,
        body: Type.Object({ id: Type.String() }),
      }),
    },
    async (request) => {
      const { id } = request.params;
      there((await deleteWebhook(db, ownedOf(request))) ? id : null, request);
      return { id };
    },
  );
}

function addChanges(server: FastifyInstance, options: WebhookRoutes): void {
  const { db } = options;
  for (const [name, summary, change] of [
    ['pause', 'delivers nothing until the webhook is resumed; nothing is lost meanwhile', pauseWebhook],
    ['resume', 'goes on, at once also where the next try would be due later', resumeWebhook],
  ] as const)
    server.post<OfOne>(
      `/webhooks/:id/${name}`,
      { schema: describe({ tags, name, summary, params, body: Webhook }) },
      async (request) => webhookJson(there(await change(db, ownedOf(request)), request)),
    );
  server.post<OfOne & { Body: StartQuery }>(
    '/webhooks/:id/redeliver',
    {
      bodyLimit: WEBHOOK_BODY_BYTES_MAX,
      schema: describe({
        ...{ tags, name: 'redeliver', summary: 'delivers everything from a place on, under new ids', params },
        ...{ sent: StartWish, body: Webhook },
      }),
    },
    async (request) => {
      const owned = ownedOf(request);
      const webhook = there(await findWebhook(db, owned), request);
      const cursor = await cursorOf(options, webhook, request.body);
      return webhookJson(there(await redeliverWebhook(db, owned, cursor), request));
    },
  );
  server.post<OfOne & { Querystring: { readonly overlapSeconds: number } }>(
    '/webhooks/:id/rotate',
    {
      schema: describe({
        ...{ tags, name: 'rotate', params },
        summary: 'a new signing secret, shown this once; those before it sign as well until the overlap is over',
        ...{ querystring: ROTATION, body: WebhookWithSecret },
      }),
    },
    async (request, reply) => {
      const { overlapSeconds: overlap } = request.query;
      return secretJson(reply, there(await rotateSecret(db, ownedOf(request), overlap), request));
    },
  );
}

const ROTATION = queryOf({
  overlapSeconds: Type.Integer({
    ...{ minimum: 0, maximum: SECRET_OVERLAP_SECONDS_MAX, default: SECRET_OVERLAP_SECONDS_DEFAULT },
    description: 'how long the secrets before it stay valid',
  }),
});

/** Where deliveries begin, as text that is kept. @throws NotThere, QuestionInvalid, FeedGone and what else a subscription is refused with */
async function cursorOf(
  { served, subscriptions }: WebhookRoutes,
  { chain, machine }: { readonly chain: string; readonly machine: string },
  { from, after }: StartQuery,
): Promise<string> {
  const found = served.find(({ instance }) => instance.chain.name === chain && instance.machine.name === machine);
  if (found === undefined)
    throw new NotThere(`no machine ${JSON.stringify(machine)} of a chain ${JSON.stringify(chain)} is served here`);
  const query = { ...(from === undefined ? {} : { from }), ...(after === undefined ? {} : { after }) };
  const { cursor, first } = await feedStart(await subscriptions.feed(found), query);
  return first.length > 0 ? 'start' : cursor;
}

function holderOf(request: FastifyRequest): Holder {
  const identified = identifiedBy(request);
  if (identified === null) throw new TypeError('the guard lets nobody in here without a token');
  return identified.holder;
}

function ownedOf(request: FastifyRequest<OfOne>): Owned {
  return { owner: holderOf(request), id: request.params.id };
}

/** @throws NotThere */
function there<Found>(found: Found | null, { params: { id } }: FastifyRequest<OfOne>): Found {
  if (found === null) throw new NotThere(`the token has no webhook ${id}`);
  return found;
}

function secretJson(reply: FastifyReply, { webhook, secret }: WithSecret): Readonly<Record<string, unknown>> {
  reply.header('cache-control', 'no-store');
  return { webhook: webhookJson(webhook), secret };
}
