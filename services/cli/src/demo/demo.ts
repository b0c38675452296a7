import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ExpectedError } from '@virtualchain/bitcoin';
import { loadChain, loadMachine } from '@virtualchain/definitions';
import { type RealParts, type RunningProcess, startRealParts } from '@virtualchain/local';
import { type NodeRpc, openRpc } from '@virtualchain/node-client';
import { feedTotals, type MachineInstance, machineStatuses, openProjection } from '@virtualchain/projection';
import { createMiner, type Miner } from '@virtualchain/testing';
import { demoFile } from '../connection.ts';
import { paint, print } from '../output.ts';
import { compareWithFold, compareWithHandWritten, foldRawBlocks, verdictCounts } from './compare.ts';
import { fundPeople, type People } from './people.ts';
import { settingsOf, startService } from './processes.ts';
import { createScreen, type Screen } from './screen.ts';
import { BEFORE_FORK, RETRACTED, WINNING } from './script.ts';

export interface DemoOptions {
  readonly once: boolean;
  readonly feed: boolean;
  readonly signal: AbortSignal;
}

const MACHINES = ['kv', 'activity'] as const;
const POLL_MS = 200;
const ARRIVAL_LIMIT_MS = 120_000;

/** The machines did not get where the node is. */
class DemoStuck extends ExpectedError {
  override readonly name = 'DemoStuck';
  readonly code = 'DEMO_STUCK';
  readonly remedy = 'halt';
}

/**
 * The main job on real parts: a node mines real signed transactions, the ingester publishes, two machines fold, the node
 * reorganises, and everything is compared with a table written by hand and with a fold of the raw blocks.
 *
 * @returns the exit code: 1 when anything differs.
 */
export async function demo({ once, feed, signal }: DemoOptions): Promise<number> {
  if (feed) return feedNode(signal);
  const screen = createScreen(process.stdout.isTTY === true);
  await using parts = await startRealParts({ need: ['kafka', 'node', 'postgres'], log: screen.say });
  const postgresUrl = await parts.postgres.createDatabase('demo_regtest');
  const settings = settingsOf(parts, postgresUrl);
  const services: RunningProcess[] = [];
  try {
    await using rpc = openRpc(parts.node.url);
    const miner = createMiner({ rpc });
    services.push(await startService(parts, 'ingester', 'ingester', ['--chain', 'kv'], settings));
    for (const machine of MACHINES) {
      services.push(
        await startService(
          parts,
          `projector-${machine}`,
          'projector',
          ['--chain', 'kv', '--machine', machine],
          settings,
        ),
      );
    }
    const watched = { parts, screen, postgresUrl, miner, services, signal };
    await announce(settings);
    screen.say('mining the first blocks and funding four wallets');
    const people = await fundPeople(miner);
    await untilArrived(watched);
    await play(rpc, watched, people);
    const equal = await report(watched, people, once);
    if (!once) {
      print(
        `\nEverything keeps running. In another terminal: npx vchain status, npx vchain tail, npx vchain state kv names\nCtrl-C ends it.`,
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
  readonly parts: RealParts;
  readonly screen: Screen;
  readonly postgresUrl: string;
  readonly miner: Miner;
  readonly services: readonly RunningProcess[];
  readonly signal: AbortSignal;
}

/** Tells `vchain` in other terminals where the parts are. */
async function announce(settings: Readonly<Record<string, string>>): Promise<void> {
  await mkdir(dirname(demoFile), { recursive: true });
  const found = {
    network: settings['VCHAIN_NETWORK'],
    nodeUrl: settings['VCHAIN_NODE_URL'],
    kafkaBrokers: settings['VCHAIN_KAFKA_BROKERS'],
    postgresUrl: settings['VCHAIN_POSTGRES_URL'],
    topicPrefix: settings['VCHAIN_TOPIC_PREFIX'],
  };
  await writeFile(demoFile, JSON.stringify(found), { mode: 0o600 });
}

/** Plays the script: blocks, three that will be retracted, and a longer branch from before them. */
async function play(rpc: NodeRpc, watched: Watched, people: People): Promise<void> {
  const { screen, miner } = watched;
  for (const operations of BEFORE_FORK) {
    await sendAndMine(rpc, miner, people, operations);
    screen.say(`block ${miner.tip.height}: ${operations.join(', ')}`);
  }
  const forkPoint = miner.tip;
  for (const operations of RETRACTED) {
    await sendAndMine(rpc, miner, people, operations);
    screen.say(`block ${miner.tip.height}: ${operations.join(', ')}`);
  }
  await untilArrived(watched);
  screen.say(paint.yellow(`reorganisation: ${RETRACTED.length} blocks go, ${WINNING.length} others take their place`));
  people.forgetPending();
  const branch = miner.forkAt(forkPoint.hash);
  for (const operations of WINNING) {
    const block = await branch.mine(people.sign(operations, branch.tip.hash));
    screen.say(`block ${block.height}': ${operations.join(', ')}`);
  }
  await untilArrived(watched);
}

/** Sends through the node's mempool, as a wallet would, then mines in the order of the script. */
async function sendAndMine(rpc: NodeRpc, miner: Miner, people: People, operations: readonly string[]): Promise<void> {
  const transactions = people.sign(operations, miner.tip.hash);
  for (const { bytes } of transactions) await rpc.call('sendrawtransaction', Buffer.from(bytes).toString('hex'));
  await miner.mine(transactions);
}

/** Waits until every machine has the node's best block, showing the table. */
async function untilArrived({ screen, postgresUrl, miner, services, signal }: Watched): Promise<void> {
  const deadline = performance.now() + ARRIVAL_LIMIT_MS;
  let ended: string | null = null;
  for (const service of services) void service.exited.then(() => (ended = service.name));
  for (;;) {
    signal.throwIfAborted();
    const statuses = await machineStatuses(postgresUrl);
    screen.show(statuses, miner.tip.height);
    if (statuses.length === MACHINES.length && statuses.every(({ tip }) => tip?.hash === miner.tip.hash)) return;
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
async function report({ postgresUrl, miner, screen }: Watched, people: People, asJson: boolean): Promise<boolean> {
  const chain = await loadChain('kv');
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
  for (const name of MACHINES) {
    const instance: MachineInstance = {
      chain,
      network: 'regtest',
      parameters: {},
      machine: await loadMachine(name, chain),
    };
    await using projection = await openProjection(postgresUrl, instance);
    const fold = await foldRawBlocks(instance, miner.branch());
    differences.push(...(await compareWithFold(projection, fold)));
    machines.push({ name, height: fold.height, consensusHash: fold.tip?.consensusHash ?? null });
    if (name !== 'kv') continue;
    differences.push(...(await compareWithHandWritten(projection, people.scriptOf)));
    totals = { blocks: fold.blocks.length, ...verdictCounts(fold.blocks), ...(await feedTotals(projection)) };
  }
  const equal = differences.length === 0;
  for (const difference of differences) screen.say(paint.red(difference));
  screen.say(
    equal
      ? paint.green('equal: every row and every hash, with the table by hand and with the fold of the raw blocks')
      : paint.red('not equal'),
  );
  const line = JSON.stringify({ ...totals, machines, equal });
  if (asJson) print(line);
  else screen.say(line);
  return equal;
}

/** `--feed`: mines and sends to the node of the environment, and leaves the folding to whoever is there. */
async function feedNode(signal: AbortSignal): Promise<number> {
  const url = process.env['VCHAIN_NODE_URL'];
  if (url === undefined) throw new DemoStuck('VCHAIN_NODE_URL is not set: --feed sends to the node that it names');
  await using rpc = openRpc(url);
  const height = Number(await rpc.call('getblockcount'));
  if (height > 0)
    throw new DemoStuck(
      `${rpc.label} has ${height} blocks already: --feed builds its own chain on an empty regtest, start one`,
    );
  const miner = createMiner({ rpc });
  const people = await fundPeople(miner);
  print(`funded at height ${miner.tip.height}`);
  for (const operations of [...BEFORE_FORK, ...RETRACTED]) {
    signal.throwIfAborted();
    await sendAndMine(rpc, miner, people, operations);
    print(`block ${miner.tip.height}: ${operations.join(', ')}`);
  }
  people.forgetPending();
  const branch = miner.forkAt(miner.branch()[miner.tip.height - RETRACTED.length]?.hash ?? miner.tip.hash);
  for (const operations of WINNING) {
    const block = await branch.mine(people.sign(operations, branch.tip.hash));
    print(`block ${block.height}': ${operations.join(', ')}`);
  }
  return 0;
}
