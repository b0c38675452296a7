import { createHash } from 'node:crypto';
import { bytesToHex, type ExpectedError, height, isExpectedError } from '@virtualchain/bitcoin';
import { type ChainReport, createBlockCache, ingestChain } from '@virtualchain/ingester';
import type { AnyStateMachine } from '@virtualchain/machine';
import { activityMachine } from '@virtualchain/machine-activity';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { failover } from '@virtualchain/node-client';
import { createMemoryBroker, createOperationLog, type OperationLog } from '@virtualchain/operation-log';
import { attachProjection, MemoryProjection, MemoryStore, NoCommonBlock } from '@virtualchain/projection';
import { Subject } from 'rxjs';
import { project } from '../../services/projector/src/project.ts';
import { emptyStore, type SubscriberStore, subscribe } from './actors/subscriber.ts';
import { createRandom, hashText } from './random.ts';
import { drawFaultPlan, type FaultPlan, type Trouble } from './run/fault-plan.ts';
import { createProcess, type Faults, type Host, type Port, type Process } from './run/process.ts';
import { createScheduler } from './run/scheduler.ts';
import { check, type Dump, type Evidence, type Violation } from './verdict/checker.ts';
import { dumpOf, oraclesOf } from './verdict/oracle.ts';
import { createBlockTree, type MinedBlock } from './world/block-tree.ts';
import { connectBroker, createNotifier, type FakeBrokerOptions, logError } from './world/fake-broker.ts';
import { createFakeGroup } from './world/fake-election.ts';
import { connectNode, createFakeNode, type FakeNode, nodeError } from './world/fake-node.ts';
import { connectProjection, databaseError } from './world/fake-projection.ts';

/** What every run must hold at least. */
export const MINIMUM = { blocks: 200, operations: 500, reorgs: 5, crashes: 3 } as const;
/** Mining goes on until the minimum is reached, but no further than this. */
const WORLD_BLOCKS_MAX = 900;
const FAULTS_MS_MAX = 4_000_000;
/** The miner waits for a log that is so far behind: a run is about what is published, not about what is not. */
const BLOCKS_AHEAD_MAX = 15;
/** From here on there are more forks than new heights. */
const BLOCKS_AIM = 215;
/** I8: how long after the last fault everything may take to agree. Two of the longest waits, and some work. */
const CATCH_UP_MS_MAX = 180_000;
/** In every so many seeds the log is folded once more from its start. */
const REBUILD_EVERY = 4;
const NETWORK = 'regtest';
const TOPIC = 'vchain.regtest.kv';

export interface RunOptions {
  readonly seed: number;
  /** Every step, as it happens. */
  readonly trace?: (line: string) => void;
  /** Sets parts of the fault plan instead of drawing them: for the named seeds. */
  readonly faultPlan?: Partial<FaultPlan>;
  /** Whether the trace is hashed: twice the same seed is the same run. True when absent. */
  readonly hashesTrace?: boolean;
}

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly counts: Readonly<Record<string, number>>;
  /** SHA-256 of the whole trace, where it is hashed: equal for equal seeds. */
  readonly traceHash: string;
  readonly evidence: Evidence;
}

/** Runs one seed from the first block to the verdict of the checker. */
export async function simulate({
  seed,
  trace: onTrace,
  faultPlan: wanted,
  hashesTrace = true,
}: RunOptions): Promise<RunResult> {
  const root = createRandom(`${seed}`);
  const faultPlan: FaultPlan = { ...drawFaultPlan(root.fork('climate')), ...wanted };
  const scheduler = createScheduler(root.fork('order'));
  const luck = root.fork('luck');
  const plans = root.fork('plans');
  const counts: Record<string, number> = {};
  const count = (what: string, by = 1): void => {
    counts[what] = (counts[what] ?? 0) + by;
  };
  const violations: Violation[] = [];
  const traceHash = createHash('sha256');
  let isOver = false;
  const trace = (line: string): void => {
    if (isOver) return;
    if (hashesTrace) traceHash.update(`${scheduler.now()} ${line}\n`);
    onTrace?.(`${(scheduler.now() / 1_000).toFixed(3).padStart(9)} ${line}`);
  };
  const fail = (where: string, what: string, invariant: Violation['invariant'] = 'I8'): void => {
    trace(`VIOLATION ${where}: ${what}`);
    violations.push({ invariant, where, what });
  };

  // The faults: errors, outages, crashes, delays.
  let faultsAreOn = true;
  const outageUntil: Record<Port, number> = { node: 0, log: 0, db: 0, election: 0, own: 0 };
  const errorOf = (port: Port, step: string): Error =>
    port === 'node' ? nodeError(luck) : port === 'log' ? logError(luck, step, TOPIC) : databaseError();
  const faults: Faults = {
    fails(port, step) {
      if (!faultsAreOn || port === 'own' || port === 'election') return null;
      const isOut = outageUntil[port] > scheduler.now();
      if (!isOut && !luck.chance(faultPlan.errors[port])) return null;
      count(`${port} errors`);
      return errorOf(port, step);
    },
    kills: () => faultsAreOn && luck.chance(faultPlan.crash),
    delay(port) {
      if (faultsAreOn && luck.chance(faultPlan.slow)) {
        count('delays');
        return luck.between(50, 3_000);
      }
      return port === 'own' ? 0 : luck.around(1.5);
    },
  };
  const host: Host = { scheduler, random: luck, faults, trace };

  // The world: blocks, nodes, the broker, what the database and the subscriber's disk hold.
  const tree = createBlockTree(root.fork('world'), faultPlan.operationsPerBlock);
  const hints = new Set<() => void>();
  const nodes = ['north', 'south'].map((label) =>
    createFakeNode(label, {
      scheduler,
      random: root.fork(label),
      tree,
      moved: () => {
        for (const hint of hints) {
          if (luck.chance(faultPlan.dropsHint)) count('hints dropped');
          else for (let times = luck.chance(0.1) ? 2 : 1; times > 0; times -= 1) scheduler.after(luck.around(30), hint);
        }
      },
    }),
  ) as [FakeNode, FakeNode];
  const everInvalid = new Set<MinedBlock>();
  const broker = createMemoryBroker();
  const arrivals = createNotifier();
  const options: FakeBrokerOptions = {
    scheduler,
    random: luck,
    doubles: () => faultsAreOn && luck.chance(faultPlan.doubles) && counted('batches doubled'),
    letsStaleThrough: () => faultsAreOn && luck.chance(faultPlan.stale) && counted('stale transactions'),
    writtenAt: new WeakMap(),
  };
  function counted(what: string): true {
    count(what);
    return true;
  }
  const group = createFakeGroup(scheduler, root.fork('group'), () => faultsAreOn && luck.chance(0.3));
  let ids = 0;
  const ambience = {
    now: () => scheduler.now(),
    randomId: () => {
      ids += 1;
      return hashText(`${seed} ${ids}`).toString(16).padStart(8, '0').repeat(4);
    },
  };
  const logOf = (process: Process): OperationLog =>
    createOperationLog(connectBroker(process, broker, arrivals, options), ambience);

  const chain = kvChain({ firstBlock: faultPlan.firstBlock });
  const identity = {
    topic: TOPIC,
    network: NETWORK,
    chain: chain.name,
    magic: bytesToHex(chain.magic),
    firstBlock: height(faultPlan.firstBlock),
  };
  let isPoisonous = faultPlan.poison;
  const [kv, activity] = [kvMachine({}, chain), activityMachine({}, chain)];
  const machines: Record<string, AnyStateMachine> = { kv, activity };
  if (faultPlan.poison) machines['poisoned'] = poisonedBy(activity, () => isPoisonous);
  const stores: Record<string, MemoryStore> = {};
  for (const [name, machine] of Object.entries(machines)) stores[name] = await MemoryStore.open(machine);
  const subscriberStore: SubscriberStore = emptyStore();

  // Processes, each under a supervisor that starts it again.
  interface Service {
    readonly name: string;
    process: Process | null;
    stop: AbortController;
    starts: number;
    isHeld: boolean;
    /** The run of this process came to its end by itself. */
    isOver: boolean;
  }
  const services: Service[] = [];
  /** Of every process there was: at the end they let go of what a signal holds on to. */
  const stops: AbortController[] = [];

  function supervise(name: string, run: (process: Process, signal: AbortSignal) => Promise<void>): Service {
    const service: Service = {
      name,
      process: null,
      stop: new AbortController(),
      starts: 0,
      isHeld: false,
      isOver: true,
    };
    services.push(service);
    const startSoon = (): void => {
      const delayMs = faultsAreOn ? luck.pick([10, 500, 3_000]) * luck.next() : 100;
      scheduler.after(delayMs, () => {
        if (service.isHeld) startSoon();
        else if (service.process?.isAlive !== true) start();
      });
    };
    function start(): void {
      service.starts += 1;
      service.isOver = false;
      const process = createProcess(`${name}#${service.starts}`, host, () => {
        service.isOver = true;
        if (!isEnding && !isOver) count('crashes');
        startSoon();
      });
      const stop = new AbortController();
      stops.push(stop);
      service.process = process;
      service.stop = stop;
      trace(`${process.name} starts`);
      run(process, stop.signal).then(
        () => ended(process, null),
        (error: unknown) => ended(process, error),
      );
    }
    let isEnding = false;
    function ended(process: Process, error: unknown): void {
      if (!process.isAlive || service.process !== process) return;
      trace(`${process.name} ends ${error === null ? 'by itself' : `with ${(error as Error).name}`}`);
      if (error !== null) {
        if (!isExpectedError(error)) fail(process.name, `fell: ${(error as Error).stack}`);
        else {
          fail(process.name, `halted with ${error.code}: ${error.message}`);
        }
      }
      isEnding = true;
      process.kill('it ended');
      isEnding = false;
    }
    start();
    return service;
  }

  function ingester(name: string, preferred: readonly FakeNode[]): Service {
    return supervise(name, async (process, signal) => {
      const corrupts = () => faultsAreOn && luck.chance(faultPlan.corrupts) && counted('blocks spoilt');
      const node = failover(
        preferred.map((each) => connectNode(process, each, corrupts)),
        { now: scheduler.now, compareEveryMs: 5_000 },
      );
      const wakeUps = new Subject<void>();
      const wake = () => process.deliver(0, () => wakeUps.next());
      const poll = () => {
        process.deliver(faultPlan.pollMs, () => {
          wakeUps.next();
          poll();
        });
      };
      poll();
      hints.add(wake);
      const pace = {
        now: scheduler.now,
        jitter: () => luck.next(),
        sleep: (ms: number, over: AbortSignal) => process.sleep(ms, over),
      };
      const log = logOf(process);
      const ports = { node, blocks: createBlockCache(node), log, election: group.reachedBy(process), wakeUps, pace };
      try {
        await ingestChain({ chain, network: NETWORK, identity }, ports, reportOf(process), signal);
      } finally {
        hints.delete(wake);
      }
    });
  }

  let loggedHeight = 0;
  function reportOf(process: Process): ChainReport {
    return {
      state: (state) => trace(`${process.name} is ${state}`),
      leads(tail) {
        loggedHeight = tail.block?.height ?? 0;
        trace(`${process.name} leads epoch ${tail.epoch} from ${tail.sequence}`);
      },
      nodeTip: () => undefined,
      connected(blocks, _operations, tail) {
        loggedHeight = tail.block?.height ?? 0;
        trace(`${process.name} +${blocks} to ${loggedHeight}`);
      },
      disconnected(blocks, tail) {
        count('reorgs followed');
        trace(`${process.name} -${blocks} to ${tail.block?.height}`);
      },
      retry: (error) => trace(`${process.name} tries again after ${error.code}`),
      halted: () => undefined,
      status: () => {
        throw new Error('not asked in a simulation');
      },
    };
  }

  function projector(name: string, machine: string): Service {
    const store = stores[machine] as MemoryStore;
    return supervise(name, (process, signal) => {
      if (store.checkpoint.cursor !== null) compareWithKnown(machine, store);
      return project({
        log: logOf(process),
        topic: TOPIC,
        open: () =>
          connectProjection(
            process,
            store,
            () => faultsAreOn && luck.chance(faultPlan.failsCommit) && counted('commits failed'),
          ),
        signal,
        events: {
          opened: () => undefined,
          state: (state, error: ExpectedError | null) => trace(`${process.name} is ${state} ${error?.message ?? ''}`),
          advanced: ({ blocks, disconnected }, cursor) =>
            trace(`${process.name} +${blocks} -${disconnected} to ${cursor?.height}`),
        },
        jitter: () => luck.next(),
        sleep: (ms, over) => process.sleep(ms, over),
      });
    });
  }

  /** I4 after every restart: a block's consensus hash is the one that anybody ever stored for it. */
  const consensusHashes = new Map<string, string>();
  function compareWithKnown(machine: string, { fold }: MemoryStore): void {
    for (const { block, consensusHash } of fold.blocks) {
      const known = consensusHashes.get(`${machine} ${block.hash}`);
      if (known === undefined) consensusHashes.set(`${machine} ${block.hash}`, consensusHash);
      else if (known !== consensusHash) fail(machine, `block ${block.hash} has two consensus hashes`, 'I4');
    }
  }

  const ingesters = [ingester('ingester-a', nodes), ingester('ingester-b', nodes.toReversed())];
  const projectors = Object.keys(machines).map((machine) => projector(`${machine}-1`, machine));
  if (faultPlan.twoProjectors) projectors.push(projector('kv-2', 'kv'));
  supervise('subscriber', (process, signal) => subscribe(process, subscriberStore, logOf(process), TOPIC, signal));

  // The miner.
  let best = tree.genesis;
  function publish(block: MinedBlock): void {
    for (const node of nodes) node.receive(block, luck.around(40));
  }
  function isInvalid(block: MinedBlock): boolean {
    for (let at: MinedBlock | null = block; at !== null; at = at.parent) if (everInvalid.has(at)) return true;
    return false;
  }
  function grow(from: MinedBlock, blocks: number): MinedBlock {
    let tip = from;
    for (let made = 0; made < blocks; made += 1) {
      tip = tree.mine(tip, scheduler.now(), plans.chance(0.05) ? { without: 'operations' } : {});
      publish(tip);
    }
    if (tip.work > best.work && !isInvalid(tip)) best = tip;
    return tip;
  }
  function ancestor(of: MinedBlock, steps: number): MinedBlock {
    let block = of;
    for (let step = 0; step < steps && block.parent !== null; step += 1) block = block.parent;
    return block;
  }
  function fork(depth: number): void {
    const old = best;
    const kind = plans.pick(['longer', 'longer', 'equal', 'a-b-a', 'shorter']);
    const from = ancestor(old, depth);
    const length = old.height - from.height;
    count(`forks: ${kind}`);
    trace(`the miner forks ${length} deep: ${kind}`);
    if (kind === 'longer') grow(from, length + plans.between(1, 2));
    else if (kind === 'equal') {
      const other = grow(from, length);
      scheduler.after(plans.around(2_000), () => grow(plans.chance(0.5) ? other : old, 1));
    } else if (kind === 'shorter') grow(from, Math.max(1, length - 1));
    else {
      grow(from, length + 1);
      scheduler.after(plans.pick([0, 300, 3_000]) * plans.next(), () => grow(old, 2));
    }
  }
  function invalidate(depth: number): void {
    const block = ancestor(best, depth - 1);
    if (block.parent === null) return;
    count('invalidations');
    trace(`the network calls ${block.height} ${block.hash.slice(0, 12)} invalid`);
    everInvalid.add(block);
    for (const node of nodes) scheduler.after(luck.around(100), () => node.invalidate(block));
    best = tree.blocks.reduce((most, each) => (each.work > most.work && !isInvalid(each) ? each : most), tree.genesis);
  }

  const winningBranch = (): MinedBlock[] => {
    const branch: MinedBlock[] = [];
    for (let at: MinedBlock | null = best; at !== null; at = at.parent) branch.push(at);
    return branch.reverse();
  };
  let enough = false;
  function lookWhetherEnough(): void {
    enough = isEnough();
    if (best.height >= BLOCKS_AIM && (counts['crashes'] ?? 0) < MINIMUM.crashes) kill(/./);
    if (!enough) scheduler.after(500, lookWhetherEnough);
  }
  scheduler.after(500, lookWhetherEnough);
  function isEnough(): boolean {
    const branch = best.height - faultPlan.firstBlock + 1;
    if (branch < MINIMUM.blocks + 5 || (counts['reorgs followed'] ?? 0) < MINIMUM.reorgs + 2) return false;
    if ((counts['crashes'] ?? 0) < MINIMUM.crashes) return false;
    if (waitsForOperator) return false;
    const made = winningBranch().reduce(
      (sum, { transactions }) => sum + transactions.filter(({ hasOpReturn }) => hasOpReturn).length,
      0,
    );
    return made > MINIMUM.operations * 1.1;
  }
  function mineOn(): void {
    if (!faultsAreOn) return;
    if (best.height > loggedHeight + BLOCKS_AHEAD_MAX) {
      scheduler.after(500, mineOn);
      return;
    }
    const chance = best.height >= BLOCKS_AIM && plans.chance(0.5) ? 0 : plans.next();
    const isFollowed = loggedHeight >= best.height - 2 || plans.chance(0.2);
    if (best.height < 2 || !isFollowed || chance > faultPlan.fork + faultPlan.invalidation)
      grow(best, plans.chance(0.1) ? plans.between(2, 8) : 1);
    else if (chance < faultPlan.fork)
      fork(plans.chance(faultPlan.deepFork) ? plans.between(20, 45) : plans.between(1, 7));
    else invalidate(plans.between(1, 3));
    scheduler.after(plans.chance(0.05) ? plans.between(0, 20_000) : plans.around(faultPlan.blockEveryMs), mineOn);
  }
  scheduler.after(0, mineOn);

  // Troubles.
  let waitsForOperator = false;
  const done = new Set<Trouble>();
  function someService(pattern: RegExp): Service | undefined {
    const running = services.filter(({ name, process }) => pattern.test(name) && process?.isAlive);
    return running.length === 0 ? undefined : luck.pick(running);
  }
  function trouble(): void {
    if (!faultsAreOn) return;
    scheduler.after(luck.around(6_000), trouble);
    if (faultPlan.troubles.length === 0) return;
    const kind = luck.pick(faultPlan.troubles);
    const until = scheduler.now() + luck.pick([300, 2_000, 10_000]) * luck.next();
    switch (kind) {
      case 'kill-ingester':
        kill(/ingester/);
        return;
      case 'kill-projector':
        kill(/-\d$/);
        return;
      case 'kill-subscriber':
        kill(/subscriber/);
        return;
      case 'stop-gently':
        stopGently(someService(/./));
        return;
      case 'freeze': {
        const frozen = someService(/./);
        if (frozen?.process == null) return;
        const forMs = luck.pick([300, 300, 8_000, 8_000, 60_000]);
        frozen.process.freeze(scheduler.now() + forMs);
        const { process } = frozen;
        if (forMs > 6_000) scheduler.after(6_000, () => group.expel(process));
        count('freezes');
        return;
      }
      case 'node-outage':
      case 'log-outage':
      case 'db-outage': {
        const port = kind.replace('-outage', '') as Port;
        outageUntil[port] = until;
        trace(`${kind} until ${Math.round(until)}`);
        count('outages');
        return;
      }
      case 'node-behind':
        luck.pick(nodes).cutOff(until);
        count('nodes cut off');
        return;
      case 'node-restarted-empty':
        luck.pick(nodes).restartEmpty(luck.pick([0, 2_000, 20_000]));
        count('nodes restarted empty');
        return;
      case 'leader-expelled': {
        const leader = ingesters.find(({ process }) => process?.name === group.leader);
        if (leader?.process != null) group.expel(leader.process);
        count('leaders expelled');
        return;
      }
      case 'tail-cut':
        return void cutTail();
      case 'topic-recreated':
        return void anew();
    }
  }
  function kill(pattern: RegExp): void {
    someService(pattern)?.process?.kill('killed');
  }
  function stopGently(service: Service | undefined): void {
    if (service?.process == null) return;
    const { process } = service;
    count('gentle stops');
    trace(`${process.name} is told to stop`);
    service.stop.abort();
    scheduler.after(120_000, () => {
      if (process.isAlive) fail(process.name, 'did not stop within two minutes');
    });
  }
  async function cutTail(): Promise<void> {
    if (done.has('tail-cut') || best.height < 40) return;
    done.add('tail-cut');
    const { stable } = await broker.offsets(TOPIC);
    const records = luck.between(1, 60);
    if (stable <= BigInt(records + 3)) return;
    broker.cutTail(TOPIC, stable - BigInt(records));
    arrivals.notify();
    count('tails cut');
    trace(`the log lost its last ${records} offsets`);
    if (luck.chance(0.5)) fork(luck.between(1, 7));
  }
  /** The topic is deleted and created anew, also under a living writer; whoever followed the old one has to be attached. */
  async function anew(): Promise<void> {
    if (done.has('topic-recreated') || best.height < 40) return;
    done.add('topic-recreated');
    waitsForOperator = true;
    const isTidy = luck.chance(0.5);
    for (const service of isTidy ? ingesters : []) {
      service.isHeld = true;
      service.process?.kill('the operator kills it');
    }
    scheduler.after(isTidy ? 5_000 : 0, () => {
      broker.recreateTopic(TOPIC);
      arrivals.notify();
      count('topics created anew');
      trace('the topic is created anew');
      for (const service of ingesters) service.isHeld = false;
      for (const [name, store] of Object.entries(stores)) attachOnceRefused(name, store);
    });
  }
  const unattached = new Set<string>();
  function attachOnceRefused(name: string, store: MemoryStore): void {
    unattached.add(name);
    let tries = 0;
    const look = async (): Promise<void> => {
      tries += 1;
      const { fault, status, cursor } = store.checkpoint;
      if (cursor === null && status === 'running') return attached();
      if (tries > 600) return fail(name, `was never refused by identity: ${status} ${fault?.code}`);
      if (fault?.code === 'LOG_REPLACED') {
        const process = createProcess(
          'operator',
          { ...host, faults: { ...faults, fails: () => null, kills: () => false } },
          () => undefined,
        );
        try {
          const projection = await connectProjection(process, store, () => false);
          const block = await attachProjection(logOf(process), TOPIC, projection);
          trace(`${name} is attached at ${block?.height}`);
          return attached();
        } catch (error) {
          if (!(error instanceof NoCommonBlock) && !isExpectedError(error))
            return fail(name, `attach fell: ${(error as Error).stack}`);
        }
      }
      scheduler.after(1_000, look);
    };
    const attached = (): void => {
      count('attached');
      unattached.delete(name);
      if (unattached.size === 0) waitsForOperator = false;
    };
    scheduler.after(1_000, look);
  }
  scheduler.after(5_000, trouble);

  // The poison operation: its machine stands, with the place of the fault, until it is mended and resumed.
  function watchPoison(): void {
    const store = stores['poisoned'];
    if (store === undefined) return;
    const { fault, cursor } = store.checkpoint;
    if (fault?.code !== 'MACHINE_FAULTED') {
      if (isPoisonous) scheduler.after(5_000, watchPoison);
      return;
    }
    count('machines faulted');
    const culprit = tree.blocks.some(
      ({ height: at, transactions }) => at === fault.height && transactions.some(({ txid }) => txid === fault.txid),
    );
    if (!culprit || fault.sequence === null) fail('poisoned', `the fault names ${fault.height} ${fault.txid}`, 'I5');
    if (fault.sequence !== null && (cursor?.sequence ?? 0) >= fault.sequence)
      fail('poisoned', 'went past its fault', 'I5');
    scheduler.after(luck.between(1_000, 60_000), async () => {
      if (store.checkpoint.fault?.code !== 'MACHINE_FAULTED') return watchPoison();
      trace('the poisoned machine is mended and resumed');
      isPoisonous = false;
      const process = createProcess(
        'operator',
        { ...host, faults: { ...faults, fails: () => null, kills: () => false } },
        () => undefined,
      );
      const projection = await connectProjection(process, store, () => false);
      await projection.setFault(null);
    });
  }
  scheduler.after(5_000, watchPoison);

  // The storm, and the calm after it.
  const thin = () => tree.blocks.length > WORLD_BLOCKS_MAX;
  await scheduler.run(() => enough || thin() || violations.length > 0, FAULTS_MS_MAX);
  while ((counts['crashes'] ?? 0) < MINIMUM.crashes) kill(/./);
  faultsAreOn = false;
  isPoisonous = false;
  const endedAt = scheduler.now();
  trace('the storm is over');
  for (const node of nodes) node.heal();
  const retreats = plans.chance(0.3);
  grow(best, retreats ? 4 : 2);
  for (const node of nodes) node.heal();
  if (retreats) scheduler.after(plans.between(0, 8_000), () => invalidate(1));
  const settleAt = endedAt + 8_000;
  const isAgreed = (): boolean => {
    if (scheduler.now() < settleAt) return false;
    const hash = best.hash;
    if (stores['poisoned']?.checkpoint.fault?.code === 'MACHINE_FAULTED') return false;
    return (
      Object.values(stores).every(({ checkpoint }) => checkpoint.cursor?.hash === hash) &&
      subscriberStore.branch.at(-1)?.event.hash === hash
    );
  };
  const end =
    violations.length > 0
      ? 'done'
      : await scheduler.run(() => isAgreed() || violations.length > 0, endedAt + CATCH_UP_MS_MAX);
  if (end !== 'done') {
    const standing = Object.entries(stores).map(
      ([name, { checkpoint }]) => `${name} ${checkpoint.cursor?.height} ${checkpoint.fault?.code ?? ''}`,
    );
    fail(
      'all',
      `not at ${best.height} within ${CATCH_UP_MS_MAX} ms of calm: ${standing.join(', ')}, subscriber ${subscriberStore.branch.at(-1)?.event.height}`,
    );
  }
  count('virtual seconds', Math.round(scheduler.now() / 1_000));
  count('steps', scheduler.events);

  // The verdict.
  const branch = winningBranch();
  const earliest = await broker.offsets(TOPIC).then(({ earliest: first }) => first);
  const { records } = await broker.fetch(TOPIC, earliest, { maxWaitMs: 0, maxBytes: Number.MAX_SAFE_INTEGER });
  const [kvOracle, activityOracle] = await oraclesOf(chain, [kv, activity], branch);
  const oracles: Record<string, Dump> = {
    kv: kvOracle as Dump,
    activity: activityOracle as Dump,
    poisoned: activityOracle as Dump,
  };
  const evidence: Evidence = {
    magic: identity.magic,
    firstBlock: faultPlan.firstBlock,
    winning: branch
      .filter(({ height: at }) => at >= faultPlan.firstBlock)
      .map(({ hash, height: at, built, transactions }) => ({
        hash,
        height: at,
        previousHash: built.previousHash,
        transactions: transactions.map(({ txid, outputs }) => ({ txid, scripts: outputs.map(({ script }) => script) })),
      })),
    records: records.map(({ value }) => value),
    hadToLeave: (hash, record) => hadToLeave(hash, options.writtenAt.get(record) ?? 0),
    projections: [
      ...Object.entries(stores).map(([name, store]) => evidenceOf(name, store, oracles[name] as Dump)),
      ...(seed % REBUILD_EVERY === 0 ? [evidenceOf('kv, rebuilt', await rebuilt(), oracles['kv'] as Dump)] : []),
    ],
    subscribers: [{ name: 'subscriber', told: subscriberStore.events }],
  };
  /** What the log alone makes of the machine, from its first record. */
  async function rebuilt(): Promise<MemoryStore> {
    const store = await MemoryStore.open(kv);
    const projection = new MemoryProjection(store);
    if (violations.length > 0) return store;
    for await (const { changes } of createOperationLog(broker, ambience).read(TOPIC, { after: null, untilEnd: true })) {
      await projection.advance(changes);
    }
    return store;
  }
  function hadToLeave(hash: string, by: number): boolean {
    const block = tree.known(hash);
    if (block === undefined) return false;
    if (isInvalid(block)) return true;
    return tree.blocks.some((each) => each.work > block.work && each.minedAt <= by && !tree.isAncestor(block, each));
  }
  const verdict = violations.length > 0 ? { violations: [], counted: null } : check(evidence);
  violations.push(...verdict.violations);
  const { counted: seen } = verdict;
  if (seen !== null && violations.length === 0) {
    const totals = {
      blocks: evidence.winning.length,
      operations: seen.operations,
      reorgs: seen.reorgs,
      crashes: counts['crashes'] ?? 0,
    };
    for (const [what, least] of Object.entries(MINIMUM)) {
      const had = totals[what as keyof typeof totals];
      // A log that was begun anew has its newer history only; what happened before was counted then.
      if (had < least && !(what === 'reorgs' && (counts['reorgs followed'] ?? 0) >= least))
        fail('the run', `only ${had} ${what}, ${least} are wanted`);
    }
  }
  count('seeds');
  count('blocks', tree.blocks.length - 1);
  count(
    'operations',
    tree.blocks.reduce(
      (sum, { transactions }) => sum + transactions.filter(({ hasOpReturn }) => hasOpReturn).length,
      0,
    ),
  );
  count('reorgs', counts['reorgs followed'] ?? 0);
  count('writers', seen?.writers ?? 0);
  isOver = true;
  for (const { process } of services) process?.kill('the run is over');
  for (const stop of stops) stop.abort();
  return { seed, violations, counts, traceHash: traceHash.digest('hex'), evidence };
}

function evidenceOf(name: string, store: MemoryStore, oracle: Dump): Evidence['projections'][number] {
  return { name, dump: dumpOf(store.fold), oracle, feed: store.feed };
}

/** The same machine, but a `lock` operation makes it throw while `isPoisonous` says so. */
function poisonedBy(machine: AnyStateMachine, isPoisonous: () => boolean): AnyStateMachine {
  const decide: AnyStateMachine['decide'] = (op, context, state) => {
    if (isPoisonous() && (op as { readonly opcode: Uint8Array }).opcode[0] === 0x21) throw new TypeError('poison');
    return machine.decide(op, context, state);
  };
  return { ...machine, name: 'poisoned', decide };
}
