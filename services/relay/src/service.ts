import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { openAccess } from '@virtualchain/access';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { isExpectedError } from '@virtualchain/kernel';
import { type CampaignNews, openPostgresElection } from '@virtualchain/operation-log';
import {
  createLogger,
  createMetrics,
  describeConfig,
  keepHeapLevel,
  type Logger,
  readConfig,
  runService,
  startHealthServer,
} from '@virtualchain/process';
import { openRegistry } from '@virtualchain/projection';
import { policyOf } from '@virtualchain/webhooks';
import { spec } from './config.ts';
import { leadAndWork } from './lead.ts';
import { relay } from './relay.ts';
import { createWebhooksReport } from './webhooks/webhooks-report.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

/**
 * The relay as a process: reads its settings from flags and environment, delivers until it is told to stop, and ends the process with
 * one of `exitCodes`. `--help` tells of the flags.
 */
export async function runRelay(args: readonly string[]): Promise<never> {
  if (args.includes('--help')) {
    console.log('Delivers the feeds of state machines to webhooks.\n');
    console.log(describeConfig(spec));
    process.exit(0);
  }
  const logger = createLogger({ name: 'relay', version });
  keepHeapLevel();
  return runService((signal) => serve(args, logger, signal), { logger });
}

async function serve(args: readonly string[], logger: Logger, signal: AbortSignal): Promise<void> {
  usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  const config = readConfig(spec, process.env, args);
  logger.level = config.logLevel;
  const { network, chains, machines, postgresUrl, accessPostgresUrl = postgresUrl, deliveriesAtOnce } = config;
  const metrics = createMetrics({ service: 'relay' });
  metrics.watchProcess();
  const leads = metrics.gauge({ name: 'relay_leader', help: '1 while this process delivers' });
  await using registry = await openRegistry(postgresUrl);
  await using access = openAccess(accessPostgresUrl);
  await using election = openPostgresElection({ url: accessPostgresUrl, clientId: 'relay' });
  const report = createWebhooksReport(logger, metrics);
  let state = 'starting';
  await using health = await startHealthServer({
    ...{ host: config.httpHost, port: config.httpPort, metrics },
    health: () => ({ ok: true }),
    ready: () => ({ ok: state === 'leader' || state === 'standby', detail: state }),
    status: () => ({ service: 'relay', network, state, webhooks: report.status() }),
  });
  logger.info({ port: health.port }, 'started');
  const { db } = access;
  const policy = policyOf(config);
  await leadAndWork({
    ...{ election, name: `relay.${network}`, signal },
    work: (over) =>
      relay({ registry, db, network, modules: { chains, machines }, policy, deliveriesAtOnce, logger, report }, over),
    onNews(news: CampaignNews) {
      state = isExpectedError(news) ? news.code : news;
      leads.set(news === 'leader' ? 1 : 0);
      if (isExpectedError(news)) logger.warn({ err: news }, 'it is not known who delivers; it is asked again');
      else logger.info({ state: news }, news === 'leader' ? 'delivers' : 'stands by');
    },
  });
}
