import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { openAccess } from '@virtualchain/access';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { openLogAt } from '@virtualchain/operation-log';
import {
  createLogger,
  createMetrics,
  describeConfig,
  keepHeapLevel,
  type Logger,
  logPlaceOf,
  openBlockTraces,
  problemsOfLogPlaces,
  readConfig,
  runService,
  startHealthServer,
} from '@virtualchain/process';
import { openRegistry, type Registry } from '@virtualchain/projection';
import type { LiveMachines } from '@virtualchain/subscriptions';
import { policyOf } from '@virtualchain/webhooks';
import { createApi } from './api.ts';
import { problemsOfAccess, spec } from './config.ts';
import { serveLiveMachines } from './serving.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

/**
 * The gateway as a process: reads its settings from flags and environment, answers questions until it is told to stop, and ends
 * the process with one of `exitCodes`. `--help` tells of the flags.
 */
export async function runGateway(args: readonly string[]): Promise<never> {
  if (args.includes('--help')) {
    console.log('Answers questions about virtual chains and their machines over HTTP.\n');
    console.log(describeConfig(spec));
    process.exit(0);
  }
  const logger = createLogger({ name: 'gateway', version });
  keepHeapLevel();
  return runService((signal) => serve(args, logger, signal), { logger });
}

async function serve(args: readonly string[], logger: Logger, signal: AbortSignal): Promise<void> {
  usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  const config = readConfig(spec, process.env, args, [problemsOfLogPlaces, problemsOfAccess]);
  logger.level = config.logLevel;
  const { network, chains, machines, requestsPerMinute } = config;
  const metrics = createMetrics();
  metrics.watchProcess();
  await using registry = await openRegistry(config.postgresUrl, { answersRetired: true });
  await using tables = openAccess(config.accessPostgresUrl ?? config.postgresUrl);
  const { requireTokens: areTokensRequired, requestsPerToken, corsOrigins } = config;
  const access = { db: tables.db, areTokensRequired, policy: policyOf(config), requestsPerToken };
  let names: readonly string[] = [];
  let waiting: LiveMachines['mismatched'] = [];
  await using health = await startHealthServer({
    host: config.httpHost,
    port: config.httpPort,
    metrics,
    health: () => ({ ok: true }),
    ready: () => isReady(registry, waiting),
    status: () => ({ service: 'gateway', network, machines: names, areTokensRequired }),
  });
  logger.info({ port: health.port }, 'listening');
  const isLogKnown = config.kafkaBrokers !== undefined || config.logPostgresUrl !== undefined;
  await using log = isLogKnown ? openLogAt(logPlaceOf(config), { clientId: 'gateway' }) : null;
  const topicOf = (chain: string) => `${config.topicPrefix}.${network}.${chain}`;
  const labels = { 'vchain.network': network };
  await using traces = await openBlockTraces({ url: config.tracesUrl, service: 'gateway', labels });
  await serveLiveMachines({
    ...{ registry, network, logger, signal, modules: { chains, machines } },
    ...{ host: config.apiHost, port: config.apiPort },
    create: (served) =>
      createApi({
        ...{
          registry,
          network,
          served,
          version,
          requestsPerMinute,
          metrics,
          traces,
          subscribersMax: config.subscribersMax,
        },
        ...(log === null ? {} : { logs: { log, topicOf } }),
        ...(corsOrigins === undefined ? {} : { corsOrigins }),
        access,
        onRetry: (error) => logger.warn({ err: error }, 'a read for subscribers failed; it is tried again'),
        onBug: (error) => logger.error({ err: error }, 'a question met a bug'),
      }),
    onServing: (serving, address, waitingFor) => {
      names = serving;
      waiting = waitingFor;
      logger.info({ address, port: health.port, machines: names }, 'started');
    },
  });
}

/** A gateway whose rules are newer than those that are live is for later: who replaces gateways one after the other waits for it. */
async function isReady(
  registry: Registry,
  waiting: LiveMachines['mismatched'],
): Promise<{ readonly ok: boolean; readonly detail?: unknown }> {
  try {
    await registry.builds();
    return waiting.length === 0 ? { ok: true } : { ok: false, detail: { code: 'VERSION_DIFFERS', machines: waiting } };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
