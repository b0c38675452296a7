import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { openAccess } from '@virtualchain/access';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { isExpectedError } from '@virtualchain/kernel';
import { type CampaignNews, createKafkaBroker, openPostgresElection } from '@virtualchain/operation-log';
import {
  type Config,
  createLogger,
  createMetrics,
  describeConfig,
  kafkaSecurity,
  keepHeapLevel,
  type Logger,
  readConfig,
  runService,
  startHealthServer,
} from '@virtualchain/process';
import { openRegistry } from '@virtualchain/projection';
import { policyOf } from '@virtualchain/webhooks';
import { problemsOfTopics, spec } from './config.ts';
import { leadAndWork } from './lead.ts';
import { BROKERS_RETRY_FOR_MS } from './limits.ts';
import { relay } from './relay.ts';
import type { FeedTopicsOptions, MachineName } from './topics/feed-topics.ts';
import { createTopicsReport, type TopicsReport } from './topics/topics-report.ts';
import { createWebhooksReport } from './webhooks/webhooks-report.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

/**
 * The relay as a process: reads its settings from flags and environment, delivers until it is told to stop, and ends the process with
 * one of `exitCodes`. `--help` tells of the flags.
 */
export async function runRelay(args: readonly string[]): Promise<never> {
  if (args.includes('--help')) {
    console.log('Delivers the feeds of state machines to webhooks, and to topics of Kafka.\n');
    console.log(describeConfig(spec));
    process.exit(0);
  }
  const logger = createLogger({ name: 'relay', version });
  keepHeapLevel();
  return runService((signal) => serve(args, logger, signal), { logger });
}

async function serve(args: readonly string[], logger: Logger, signal: AbortSignal): Promise<void> {
  usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  const config = readConfig(spec, process.env, args, [problemsOfTopics]);
  logger.level = config.logLevel;
  const { network, chains, machines, postgresUrl, accessPostgresUrl = postgresUrl, deliveriesAtOnce } = config;
  const metrics = createMetrics({ service: 'relay' });
  metrics.watchProcess();
  const leads = metrics.gauge({ name: 'relay_leader', help: '1 while this process delivers' });
  await using registry = await openRegistry(postgresUrl);
  await using access = openAccess(accessPostgresUrl);
  await using election = openPostgresElection({ url: accessPostgresUrl, clientId: 'relay' });
  const report = createWebhooksReport(logger, metrics);
  const topicsReport = createTopicsReport(logger, metrics);
  const topics = topicsOf(config, topicsReport);
  await using _brokers = { [Symbol.asyncDispose]: async () => topics?.broker.close() };
  let state = 'starting';
  await using health = await startHealthServer({
    ...{ host: config.httpHost, port: config.httpPort, metrics },
    health: () => ({ ok: true }),
    ready: () => ({ ok: state === 'leader' || state === 'standby', detail: state }),
    status: () => ({ service: 'relay', network, state, webhooks: report.status(), topics: topicsReport.status() }),
  });
  logger.info({ port: health.port }, 'started');
  const { db } = access;
  const policy = policyOf(config);
  await leadAndWork({
    ...{ election, name: `relay.${network}`, signal },
    work: (over) =>
      relay(
        {
          ...{ registry, db, network, modules: { chains, machines }, policy, deliveriesAtOnce, logger, report },
          ...(topics === null ? {} : { topics }),
        },
        over,
      ),
    onNews(news: CampaignNews) {
      state = isExpectedError(news) ? news.code : news;
      leads.set(news === 'leader' ? 1 : 0);
      if (isExpectedError(news)) logger.warn({ err: news }, 'it is not known who delivers; it is asked again');
      else logger.info({ state: news }, news === 'leader' ? 'delivers' : 'stands by');
    },
  });
}

/** Which feeds are written to topics, and where; null where none is. */
function topicsOf(config: Config<typeof spec>, report: TopicsReport): FeedTopicsOptions | null {
  const { feedTopics, kafkaBrokers, topicPrefix, network } = config;
  if (feedTopics.length === 0 || kafkaBrokers === undefined) return null;
  const broker = createKafkaBroker({
    brokers: kafkaBrokers,
    clientId: 'relay',
    retryForMs: BROKERS_RETRY_FOR_MS,
    security: kafkaSecurity(config),
  });
  const topicOf = ({ chain, machine }: MachineName): string => `${topicPrefix}.${network}.${chain}.${machine}.feed`;
  return { broker, machines: feedTopics, topicOf, report };
}
