import compress from '@fastify/compress';
import cors from '@fastify/cors';
import etag from '@fastify/etag';
import rateLimit from '@fastify/rate-limit';
import swagger from '@fastify/swagger';
import websocket from '@fastify/websocket';
import type { Collection, Collections } from '@virtualchain/machine';
import type { BlockTraces, Metrics } from '@virtualchain/process';
import type { Registry } from '@virtualchain/projection';
import Fastify, { type FastifyInstance } from 'fastify';
import { type AccessOptions, addTokens, corsOf, securityOf } from './access/access-options.ts';
import { SUBPROTOCOL } from './access/credential.ts';
import type { Tokens } from './access/tokens.ts';
import { measureAnswers } from './answer-metrics.ts';
import {
  ANSWER_TIMEOUT_MS,
  BODY_BYTES_MAX,
  HEARTBEAT_MS,
  REQUEST_TIMEOUT_MS,
  SLOW_READER_MS,
  SUBSCRIBERS_DEFAULT,
  URL_CHARACTERS_MAX,
} from './limits.ts';
import { RateLimited, tellClientProblem, tellFrameworkProblem, tellProblems } from './problems.ts';
import { addBlockRoutes } from './routes/block-routes.ts';
import { addCollectionRoutes } from './routes/collection-routes.ts';
import { addDocsRoutes } from './routes/docs-routes.ts';
import { addNetworkRoutes } from './routes/network-routes.ts';
import { addOperationRoutes } from './routes/operation-routes.ts';
import { addPageRoutes } from './routes/page-routes.ts';
import { addProofRoutes } from './routes/proof-routes.ts';
import { addKnownPaths, addQueryRoutes } from './routes/query-routes.ts';
import { addReorganisationRoutes } from './routes/reorganisation-routes.ts';
import { addSealRoute } from './routes/seal-routes.ts';
import { addFeedRoutes, addLogRoutes, addPendingRoutes } from './routes/subscription-routes.ts';
import { addTopologyRoute } from './routes/topology-routes.ts';
import { addWebhookRoutes } from './routes/webhook-routes.ts';
import type { ServedMachine } from './served.ts';
import { type ServedLogs, Subscriptions } from './subscriptions/subscriptions.ts';

/** What the questions are about. */
export interface ApiOptions {
  readonly registry: Registry;
  readonly network: string;
  readonly served: readonly ServedMachine[];
  readonly version: string;
  readonly requestsPerMinute: number;
  /** Everybody may ask, and nobody has webhooks, without. */
  readonly access?: AccessOptions;
  /** Of pages elsewhere that may ask from a browser: `https://page.example`, or `*`. */
  readonly corsOrigins?: readonly string[];
  /** Where the logs of the chains are; feeds alone are served without. */
  readonly logs?: ServedLogs;
  readonly subscribersMax?: number;
  readonly heartbeatMs?: number;
  readonly slowReaderMs?: number;
  readonly metrics?: Metrics;
  /** Null, or absent, where nobody collects traces. */
  readonly traces?: BlockTraces | null;
  /** Hears of bugs. */
  readonly onBug: (error: unknown) => void;
  /** Hears of reads for subscribers that failed, and are tried again. */
  readonly onRetry?: (error: unknown) => void;
}

/** The questions that can be asked over HTTP, and the OpenAPI document that tells of them. It does not listen yet. */
export async function createApi(options: ApiOptions): Promise<FastifyInstance> {
  const server = Fastify({
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    handlerTimeout: ANSWER_TIMEOUT_MS,
    routerOptions: { maxParamLength: URL_CHARACTERS_MAX }, // what is too long for a parameter is told by its schema
    frameworkErrors: tellFrameworkProblem,
    clientErrorHandler: tellClientProblem,
    forceCloseConnections: true,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: false } },
  });
  if (options.corsOrigins !== undefined) await server.register(cors, corsOf(options.corsOrigins));
  tellProblems(server, options.onBug);
  if (options.metrics !== undefined) measureAnswers(server, options.metrics);
  await server.register(rateLimit, {
    max: options.requestsPerMinute,
    timeWindow: '1 minute',
    errorResponseBuilder: (_request, { max, after }) =>
      new RateLimited(`more than ${max} questions of one address in a minute; ask again in ${after}`),
  });
  const tokens = options.access === undefined ? null : addTokens(server, options.access);
  const subscriptions = subscriptionsOf(options, tokens);
  server.addHook('preClose', () => subscriptions[Symbol.asyncDispose]());
  await server.register(websocket, {
    options: {
      maxPayload: BODY_BYTES_MAX,
      handleProtocols: (named: ReadonlySet<string>) => named.has(SUBPROTOCOL) && SUBPROTOCOL,
    },
  });
  await server.register(compress);
  await server.register(etag);
  await server.register(swagger, { openapi: documentOf(options) });
  // What was read may be taken back by a reorganisation: it may be kept, and has to be asked for again.
  server.addHook('onSend', async (_request, reply) => {
    if (reply.getHeader('cache-control') === undefined) reply.header('cache-control', 'no-cache');
  });
  await server.register(
    async (v1) => {
      addNetworkRoutes(v1, options);
      addTopologyRoute(v1, options);
      for (const machine of options.served)
        await v1.register(async (own) => addMachine(own, machine, { registry: options.registry, subscriptions }), {
          prefix: placeOf(machine),
        });
      for (const chain of new Set(options.served.map(({ instance }) => instance.chain.name)))
        await v1.register(async (own) => addLogRoutes(own, subscriptions, chain), { prefix: `/chains/${chain}` });
      const { access, served } = options;
      if (access !== undefined) addWebhookRoutes(v1, { ...access, served, subscriptions });
    },
    { prefix: '/v1' },
  );
  addPageRoutes(server);
  addDocsRoutes(server);
  for (const machine of options.served) addKnownPaths(server, machine);
  server.get('/openapi.json', { schema: { hide: true } }, async () => server.swagger());
  await server.ready();
  return server;
}

/** What the OpenAPI document says of itself. */
function documentOf({ version, access }: ApiOptions) {
  return {
    openapi: '3.1.0' as const,
    info: {
      title: 'virtualchain gateway',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      description: 'Virtual chains and their state machines. Every answer names the block at which it was read.',
    },
    servers: [{ url: '/' }],
    ...securityOf(access),
  };
}

function subscriptionsOf(options: ApiOptions, tokens: Tokens | null): Subscriptions {
  const { registry, served, logs = null, metrics, traces = null, onBug, onRetry } = options;
  return new Subscriptions({
    ...{ registry, served, logs, traces, tokens, onBug, onRetry: onRetry ?? (() => undefined) },
    subscribersMax: options.subscribersMax ?? SUBSCRIBERS_DEFAULT,
    heartbeatMs: options.heartbeatMs ?? HEARTBEAT_MS,
    slowReaderMs: options.slowReaderMs ?? SLOW_READER_MS,
    ...(metrics === undefined ? {} : { metrics }),
  });
}

/** Where the questions about a machine are. */
function placeOf({ instance: { chain, machine } }: ServedMachine): string {
  return `/chains/${chain.name}/machines/${machine.name}`;
}

function addMachine(
  server: FastifyInstance,
  served: ServedMachine,
  { registry, subscriptions }: { readonly registry: Registry; readonly subscriptions: Subscriptions },
): void {
  const { chain, machine } = served.instance;
  const tags = [`${chain.name}/${machine.name}`];
  addBlockRoutes(server, served, tags);
  addOperationRoutes(server, served, tags);
  addFeedRoutes(server, subscriptions, { served, tags });
  addPendingRoutes(server, subscriptions, { served, tags });
  addQueryRoutes(server, served, tags);
  addProofRoutes(server, served, tags);
  addReorganisationRoutes(server, { registry, served, tags });
  addSealRoute(server, { registry, served, tags });
  void server.register(
    async (collections) => {
      for (const each of Object.entries(machine.collections as Collections))
        addCollectionRoutes(collections, served, each as [string, Collection], tags);
    },
    { prefix: '/collections' },
  );
}
