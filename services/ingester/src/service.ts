import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { loadChain } from '@virtualchain/definitions';
import { armFailpoint } from '@virtualchain/failpoints';
import { wallClock } from '@virtualchain/kernel';
import { failover, openBlockFiles, openNode, watchTip } from '@virtualchain/node-client';
import { openElectionAt, openLogAt, TopicNotDurable } from '@virtualchain/operation-log';
import {
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
} from '@virtualchain/process';
import { share } from 'rxjs';
import { createBlockCache } from './block/block-cache.ts';
import { blocksOf } from './block/block-source.ts';
import { failpoints } from './failpoints.ts';
import { ingestChains } from './ingest-chains.ts';
import { onlyOn, readNetwork } from './network.ts';
import { readChainFlags } from './settings/chain-flags.ts';
import { cookieFilesOf, problemsOfCookieFiles, spec } from './settings/config.ts';
import { createStartUp } from './start-up.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

/**
 * The ingester as a process: reads its settings from flags and environment, follows the node until it is told to stop, and
 * ends the process with one of `exitCodes`. `--help` tells of the flags.
 */
export async function runIngester(args: readonly string[]): Promise<never> {
  if (args.includes('--help')) {
    console.log('Follows a Bitcoin node and publishes the operations of virtual chains.\n');
    console.log('  --chain <name or module>     built-in name or path of a module; may be given several times');
    console.log('  --chain-parameters <json>    parameters of the chain before it');
    console.log(describeConfig(spec));
    process.exit(0);
  }
  const logger = createLogger({ name: 'ingester', version });
  keepHeapLevel();
  return runService((signal) => ingest(args, logger, signal), { logger });
}

async function ingest(args: readonly string[], logger: Logger, signal: AbortSignal): Promise<void> {
  usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  const flags = readChainFlags(process.env, args);
  const rules = [() => flags.problems, problemsOfCookieFiles, problemsOfLogPlace];
  const config = readConfig(spec, process.env, flags.rest, rules);
  logger.level = config.logLevel;
  armFailpoint(failpoints, process.env);
  const chains = await Promise.all(flags.chains.map(({ chain, parameters }) => loadChain(chain, parameters)));

  const cookieFiles = cookieFilesOf(config.nodeUrls, config.nodeCookieFiles);
  const nodes = config.nodeUrls.map((url, index) =>
    openNode(url, { zmqUrl: config.nodeZmq, cookieFile: cookieFiles[index] }),
  );
  const metrics = createMetrics({ service: 'ingester' });
  metrics.watchProcess();
  const startUp = createStartUp(chains.map(({ name }) => name));
  await using server = await startHealthServer({ host: config.httpHost, port: config.httpPort, metrics, ...startUp });
  logger.info({ port: server.port }, 'listening');
  const network = config.network ?? (await readNetwork(nodes, { logger, startUp, clock: wallClock }, signal));
  await using node = failover(nodes.map((each) => onlyOn(network, each)));
  await using files =
    config.blocksDirectory === undefined ? null : await openBlockFiles(config.blocksDirectory, network);
  const blocks = createBlockCache(files === null ? node : blocksOf(files, node));
  const place = logPlaceOf(config);
  const onWeakTopic = (topic: string, weaknesses: readonly string[]) => {
    if (config.logDurability === 'require') throw new TopicNotDurable(topic, weaknesses);
    logger.warn({ topic, weaknesses }, 'the topic may lose records with a broker');
  };
  await using log = openLogAt(place, { clientId: 'ingester', onWeakTopic });
  await using election = openElectionAt(place, { clientId: 'ingester' });
  const wakeUps = watchTip(node, { pollMs: config.pollMs }).pipe(share());
  await using traces = await openBlockTraces({
    ...{ url: config.tracesUrl, service: 'ingester', labels: { 'vchain.network': network } },
  });
  const ports = { node, blocks, log, election, wakeUps, clock: wallClock, traces };

  metrics.label({ network });
  const { topicPrefix } = config;
  const work = ingestChains({ chains, network, topicPrefix, logger, metrics }, ports);
  startUp.over(work);
  logger.info({ network, chains: chains.map(({ name }) => name), port: server.port }, 'started');
  await work.run(signal);
}
