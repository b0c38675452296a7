import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { loadChain, loadMachine, parseParameters } from '@virtualchain/definitions';
import { armFailpoint } from '@virtualchain/failpoints';
import { openLogAt } from '@virtualchain/operation-log';
import {
  type Config,
  createLogger,
  createMetrics,
  describeConfig,
  keepHeapLevel,
  type Logger,
  logPlaceOf,
  openBlockTraces,
  problemsOfLogPlace,
  readConfig,
  runService,
  startHealthServer,
  stepBack,
} from '@virtualchain/process';
import { answersOf, openLiveBuild, openProjection, openRegistry, readSeals, rulesOf } from '@virtualchain/projection';
import { auditForEver } from './audit.ts';
import { comparePeers, divergeCommand } from './compare/compare.ts';
import { sealsPage } from './compare/seals-page.ts';
import { spec } from './config.ts';
import { failpoints } from './failpoints.ts';
import { HEAP_GROWING_PERCENT, LOG_END_POLL_MS } from './limits.ts';
import { watchLogEnd } from './log-end.ts';
import { type ObserveOptions, observePending } from './pending/observe.ts';
import { project } from './project.ts';
import { snvPages } from './snv-pages.ts';
import { projectorStatus } from './status/status.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

/**
 * The projector as a process: reads its settings from flags and environment, folds the log until it is told to stop, and
 * ends the process with one of `exitCodes`. `--help` tells of the flags.
 */
export async function runProjector(args: readonly string[]): Promise<never> {
  if (args.includes('--help')) {
    console.log('Folds the operation log of a virtual chain into the projection of one machine.\n');
    console.log(describeConfig(spec));
    process.exit(0);
  }
  const logger = createLogger({ name: 'projector', version });
  keepHeapLevel(HEAP_GROWING_PERCENT);
  return runService((signal) => fold(args, logger, signal), { logger });
}

async function fold(args: readonly string[], logger: Logger, signal: AbortSignal): Promise<void> {
  usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  const config = readConfig(spec, process.env, args, [problemsOfLogPlace]);
  logger.level = config.logLevel;
  armFailpoint(failpoints, process.env);
  stepBack(config.niceness);
  const chain = await loadChain(config.chain, parseParameters('--chain-parameters', config.chainParameters));
  const parameters = parseParameters('--machine-parameters', config.machineParameters);
  const machine = await loadMachine(config.machine, chain, parameters);
  const instance = { chain, machine, network: config.network, parameters };
  const topic = `${config.topicPrefix}.${config.network}.${chain.name}`;
  await using log = openLogAt(logPlaceOf(config), { clientId: `projector-${machine.name}` });
  using logEnd = watchLogEnd(log, topic, LOG_END_POLL_MS);
  const metrics = createMetrics();
  metrics.watchProcess();
  const status = projectorStatus({
    logger,
    metrics,
    progressMs: config.progressMs,
    now: () => performance.now(),
    identity: {
      service: 'projector',
      network: config.network,
      chain: chain.name,
      machine: machine.name,
      version: machine.version,
    },
    topic,
    logEnd: () => logEnd.tail,
    findDifference: divergeCommand(config),
  });
  await using registry = await openRegistry(config.postgresUrl);
  const ours = (heights: readonly number[]) => readSeals(registry, instance, heights);
  const [seals, snv] = [sealsPage(ours), snvPages(answersOf(registry, instance))];
  await using server = await startHealthServer({
    pages: async (path, query) => (await seals(path, query)) ?? snv(path, query),
    host: config.httpHost,
    port: config.httpPort,
    metrics,
    ...status,
  });
  logger.info({ topic, machine: machine.name, port: server.port }, 'started');
  const labels = { 'vchain.network': config.network, 'vchain.chain': chain.name, 'vchain.machine': machine.name };
  await using traces = await openBlockTraces({ url: config.tracesUrl, service: 'projector', labels });
  const work = { log, topic, signal, events: status };
  const folding = project({ ...work, traces, open: () => openProjection(config.postgresUrl, instance) });
  const auditing =
    config.auditPace === 0
      ? undefined
      : auditForEver({ ...work, pace: config.auditPace, open: () => openLiveBuild(registry, instance) });
  const comparing = comparePeers(config.peerUrls ?? [], {
    ...{ ours, rules: rulesOf(instance), firstBlock: machine.firstBlock, everyMs: config.peerPollMs },
    ...{ signal, events: status },
  });
  const observing = observe(config, { registry, instance, signal, events: status });
  await Promise.all([folding, auditing, comparing, observing]);
}

/** Judges what waits to be mined, where a node is named for it. */
async function observe(
  { pendingNodeUrl, pendingNodeCookieFile, pendingNodeZmq, pendingPollMs }: Config<typeof spec>,
  work: Omit<ObserveOptions, 'mempool' | 'pollMs'>,
): Promise<void> {
  if (pendingNodeUrl === undefined) return;
  const { openMempool } = await import('@virtualchain/node-client');
  await using mempool = openMempool(pendingNodeUrl, { cookieFile: pendingNodeCookieFile, zmqUrl: pendingNodeZmq });
  await observePending({ ...work, mempool, pollMs: pendingPollMs });
}
