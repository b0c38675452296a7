import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '@virtualchain/local';
import { openRpc } from '@virtualchain/node-client';
import {
  openLiveBuild,
  openRegistry,
  type Registry,
  readerOf,
  readFeedTotals,
  readStatuses,
} from '@virtualchain/projection';
import { compareWithFold, createMiner, foldRawBlocks, type Miner, verdictCounts } from '@virtualchain/testing';
import { demoFile } from '../demo-file.ts';
import { paint, print } from '../output.ts';
import { startGateway } from '../starting/gateway.ts';
import { LOCAL_MISSING, loadLocal } from '../starting/local.ts';
import { compareWithHandWritten } from './by-hand.ts';
import { CHAIN, INGESTER_FLAGS, instanceOf, MACHINE_NAMES, projectorFlags } from './deployment.ts';
import { requireEmptyRegtest } from './empty-node.ts';
import { DemoRefused, DemoStuck } from './errors.ts';
import { feedNode } from './feed.ts';
import { sideBySide, takePicture } from './owners.ts';
import { fundPeople, type People } from './people.ts';
import { settingsOf, startService } from './processes.ts';
import { createScreen, type Screen } from './screen.ts';
import { playFirstBranch, playReorganisation } from './story.ts';

export interface DemoOptions {
  readonly once: boolean;
  readonly feed: boolean;
  /** Node and log that come with npm, instead of real ones. */
  readonly embedded: boolean;
  readonly signal: AbortSignal;
}

const POLL_MS = 200;
const ARRIVAL_LIMIT_MS = 120_000;

/**
 * The main job, on real parts where they can be had: a node mines real signed transactions, the ingester publishes, two machines fold, the node
 * reorganises, and everything is compared with a table written by hand and with a fold of the raw blocks.
 *
 * @returns the exit code: 1 when anything differs.
 */
export async function demo({ once, feed, embedded, signal }: DemoOptions): Promise<number> {
  if (feed) return feedNode(signal);
  const screen = createScreen(process.stdout.isTTY === true);
  const local = await loadLocal(process.cwd());
  if (local === null) throw new DemoRefused(LOCAL_MISSING);
  await using parts = await local.startRealParts({
    need: ['log', 'node', 'postgres'],
    embedded: embedded ? 'first' : 'last',
    log: screen.say,
  });
  const postgresUrl = await parts.postgres.createDatabase('demo_regtest');
  await using registry = await openRegistry(postgresUrl);
  const settings = settingsOf(parts, postgresUrl);
  const services: RunningProcess[] = [];
  try {
    await using rpc = openRpc(parts.node.url, { cookieFile: parts.node.cookieFile });
    await requireEmptyRegtest(rpc);
    const miner = createMiner({ rpc });
    services.push(await startService(parts, { name: 'ingester', service: 'ingester' }, INGESTER_FLAGS, settings));
    for (const machine of MACHINE_NAMES)
      services.push(
        await startService(
          parts,
          { name: `projector-${machine}`, service: 'projector' },
          projectorFlags(machine),
          settings,
        ),
      );
    const watched = { screen, registry, miner, services, signal };
    await announce(settings);
    screen.say('mining the first blocks and funding four wallets');
    const people = await fundPeople(miner);
    await untilArrived(watched);
    if (!once) {
      const gateway = await startGateway(parts, { name: 'gateway', args: ['--api-port', '0'], settings });
      if (gateway !== null) {
        services.push(gateway.process);
        screen.say(paint.bold(`look at it, also while it is reorganised: ${gateway.address}`));
      }
    }
    const stage = { rpc, miner, people, say: screen.say };
    const fork = await playFirstBranch(stage);
    await untilArrived(watched);
    const before = await takePicture(registry);
    await playReorganisation(stage, fork);
    await untilArrived(watched);
    screen.say(sideBySide(before, await takePicture(registry), people));
    const equal = await report(watched, people, once);
    if (!once) {
      print(
        `\nEverything keeps running. In another terminal: npx vchain status, npx vchain tail, npx vchain state bns names,\nnpx vchain bns lookup gold.demo, npx vchain bns history gold.demo\nCtrl-C ends it.`,
      );
      while (!signal.aborted) await sleep(60_000, undefined, { signal }).catch(() => undefined);
    }
    return equal ? 0 : 1;
  } finally {
    await rm(demoFile, { force: true });
    await Promise.all(services.map((service) => service.stop()));
  }
}

interface Watched {
  readonly screen: Screen;
  readonly registry: Registry;
  readonly miner: Miner;
  readonly services: readonly RunningProcess[];
  readonly signal: AbortSignal;
}

/** Tells `vchain` in other terminals where the parts are. */
async function announce(settings: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(dirname(demoFile), { recursive: true });
  const found = {
    chain: CHAIN,
    network: settings['VCHAIN_NETWORK'],
    nodeUrl: settings['VCHAIN_NODE_URL'],
    nodeCookieFile: settings['VCHAIN_NODE_COOKIE_FILE'],
    kafkaBrokers: settings['VCHAIN_KAFKA_BROKERS'],
    logPostgresUrl: settings['VCHAIN_LOG_POSTGRES_URL'],
    postgresUrl: settings['VCHAIN_POSTGRES_URL'],
    topicPrefix: settings['VCHAIN_TOPIC_PREFIX'],
  };
  await writeFile(demoFile, JSON.stringify(found), { mode: 0o600 });
}

/** Waits until every machine has the node's best block, showing the table. */
async function untilArrived({ screen, registry, miner, services, signal }: Watched): Promise<void> {
  const deadline = performance.now() + ARRIVAL_LIMIT_MS;
  let ended: string | null = null;
  for (const service of services) void service.exited.then(() => (ended = service.name));
  for (;;) {
    signal.throwIfAborted();
    const statuses = await readStatuses(registry);
    screen.show(statuses, miner.tip.height);
    if (statuses.length === MACHINE_NAMES.length && statuses.every(({ tip }) => tip?.hash === miner.tip.hash)) return;
    const fault = statuses.find(({ checkpoint }) => checkpoint.fault !== null)?.checkpoint.fault;
    if (fault) throw new DemoStuck(`a machine stands still: ${fault.code}: ${fault.message}`);
    if (ended !== null)
      throw new DemoStuck(`${ended} ended; its log is in the run's directory (VCHAIN_KEEP_RUNS=1 keeps it)`);
    if (performance.now() > deadline)
      throw new DemoStuck(`the machines did not reach block ${miner.tip.hash} within ${ARRIVAL_LIMIT_MS / 1000} s`);
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Compares, prints what differs, and ends with the line of JSON. */
async function report(
  { registry, miner, screen }: Omit<Watched, 'services'>,
  people: People,
  asJson: boolean,
): Promise<boolean> {
  const differences: string[] = [];
  const machines: { name: string; height: number; consensusHash: string | null }[] = [];
  let totals = {
    blocks: 0,
    operations: 0,
    accepted: 0,
    rejected: 0,
    rejectionReasons: {},
    reorgs: 0,
    reorgDepth: 0,
    retracted: 0,
  };
  for (const name of MACHINE_NAMES) {
    const instance = await instanceOf(name);
    const reader = readerOf(registry, instance);
    const fold = await foldRawBlocks(instance, miner.branch());
    differences.push(...(await reader.read('tip', (reading) => compareWithFold(reading, fold))));
    machines.push({ name, height: fold.height, consensusHash: fold.tip?.consensusHash ?? null });
    if (name !== CHAIN) continue;
    differences.push(...(await reader.read('tip', (reading) => compareWithHandWritten(reading, people))));
    const projection = await openLiveBuild(registry, instance);
    totals = { blocks: fold.blocks.length, ...verdictCounts(fold.blocks), ...(await readFeedTotals(projection)) };
  }
  const equal = differences.length === 0;
  for (const difference of differences) screen.say(paint.red(difference));
  screen.say(
    equal
      ? paint.green('equal: every row and every hash, with the tables by hand and with the fold of the raw blocks')
      : paint.red('not equal'),
  );
  const line = JSON.stringify({ ...totals, machines, equal });
  if (asJson) print(line);
  else screen.say(line);
  return equal;
}
