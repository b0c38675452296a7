import { type ChainReport, createBlockCache, ingestChain } from '@virtualchain/ingester';
import type { Clock, ExpectedError } from '@virtualchain/kernel';
import { failover } from '@virtualchain/node-client';
import type { MemoryStore } from '@virtualchain/projection';
import { project } from '@virtualchain/projector';
import { Subject } from 'rxjs';
import type { Process } from '../run/process.ts';
import { type Run, TOPIC } from '../run/run.ts';
import { connectNode, type FakeNode } from '../world/fake-node.ts';
import { connectProjection } from '../world/fake-projection.ts';
import { NETWORK, type World } from '../world/world.ts';
import { subscribe } from './subscriber.ts';
import type { Service, Supervisor } from './supervisor.ts';

export interface Services {
  readonly ingesters: readonly Service[];
  /** Height of the log's tail, as the ingester that wrote last reported it. */
  readonly loggedHeight: number;
}

/** The system under test: two ingesters that prefer different nodes, a projector for each machine, a subscriber. */
export function startServices(run: Run, world: World, supervisor: Supervisor): Services {
  let loggedHeight = 0;
  const logged = (at: number): void => {
    loggedHeight = at;
  };
  const startIngester = (name: string, preferred: readonly FakeNode[]): Service =>
    supervisor.supervise(name, (process, signal) =>
      ingest(run, world, process, { preferred, signal, report: reportOf(process, run, logged) }),
    );
  const ingesters = [startIngester('ingester-a', world.nodes), startIngester('ingester-b', world.nodes.toReversed())];
  startProjectors(run, world, supervisor);
  supervisor.supervise('subscriber', (process, signal) => {
    const log = world.log.connect(process);
    return subscribe(process, world.subscriberStore, { log, topic: TOPIC, signal });
  });
  return {
    ingesters,
    get loggedHeight() {
      return loggedHeight;
    },
  };
}

interface IngesterSetup {
  readonly preferred: readonly FakeNode[];
  readonly signal: AbortSignal;
  readonly report: ChainReport;
}

/** One process of an ingester, on the ports that it reaches. */
async function ingest(run: Run, world: World, process: Process, setup: IngesterSetup): Promise<void> {
  const { plan, scheduler, faults } = run;
  const { chain, identity, group } = world;
  const corrupts = () => faults.happens(plan.corrupts, 'blocks altered');
  const node = failover(
    setup.preferred.map((each) => connectNode(process, each, corrupts)),
    { now: scheduler.now, compareEveryMs: 5_000 },
  );
  const wakeUps = new Subject<void>();
  const wake = () => process.deliver(0, () => wakeUps.next());
  const poll = () => {
    process.deliver(plan.pollMs, () => {
      wakeUps.next();
      poll();
    });
  };
  poll();
  world.wakeUps.add(wake);
  const log = world.log.connect(process);
  const ports = {
    node,
    blocks: createBlockCache(node),
    log,
    election: group.reachedBy(process),
    wakeUps,
    clock: clockOf(run, process),
  };
  try {
    await ingestChain({ ...ports, chain, network: NETWORK, identity, report: setup.report }, setup.signal);
  } finally {
    world.wakeUps.delete(wake);
  }
}

/** Virtual time, as one process of the run waits in it. */
function clockOf({ scheduler, random }: Run, process: Process): Clock {
  return { now: scheduler.now, jitter: random.next, sleep: (ms, over) => process.sleep(ms, over) };
}

function reportOf({ name }: Process, { journal }: Run, logged: (height: number) => void): ChainReport {
  const { trace, count } = journal;
  return {
    state: (state) => trace(`${name} is ${state}`),
    leads(tail) {
      logged(tail.block?.height ?? 0);
      trace(`${name} leads epoch ${tail.epoch} from ${tail.sequence}`);
    },
    nodeTip: () => undefined,
    connected(blocks, _operations, tail) {
      logged(tail.block?.height ?? 0);
      trace(`${name} +${blocks} to ${tail.block?.height ?? 0}`);
    },
    disconnected(blocks, tail) {
      count('reorgs followed');
      trace(`${name} -${blocks} to ${tail.block?.height}`);
    },
    retry: (error) => trace(`${name} tries again after ${error.code}`),
    halted: () => undefined,
    status: () => {
      throw new Error('not asked in a simulation');
    },
  };
}

/** One projector for each machine, and in some runs a second one for kv on the same store. */
function startProjectors(run: Run, world: World, { supervise }: Supervisor): void {
  const { stores } = world.machines;
  const compareWithKnown = createHashMemory(run);
  const start = (name: string, machine: string): Service => {
    const store = stores[machine] as MemoryStore;
    return supervise(name, (process, signal) => {
      if (store.checkpoint.cursor !== null) compareWithKnown(machine, store);
      return projectInto(store, run, world, { process, signal });
    });
  };
  for (const machine of Object.keys(stores)) start(`${machine}-1`, machine);
  if (run.plan.twoProjectors) start('kv-2', 'kv');
}

interface Running {
  readonly process: Process;
  readonly signal: AbortSignal;
}

/** One process of a projector. */
function projectInto(store: MemoryStore, run: Run, world: World, { process, signal }: Running): Promise<void> {
  const { faults, plan } = run;
  const { trace } = run.journal;
  return project({
    log: world.log.connect(process),
    topic: TOPIC,
    open: () => connectProjection(process, store, () => faults.happens(plan.failsCommit, 'commits failed')),
    signal,
    events: {
      opened: () => undefined,
      state: (state, error: ExpectedError | null) => trace(`${process.name} is ${state} ${error?.message ?? ''}`),
      advanced: ({ blocks, disconnected }, cursor) =>
        trace(`${process.name} +${blocks} -${disconnected} to ${cursor?.height}`),
    },
    clock: clockOf(run, process),
  });
}

/** I4 after every restart: a block's consensus hash is the one that anybody ever stored for it. */
function createHashMemory({ journal }: Run): (machine: string, store: MemoryStore) => void {
  const consensusHashes = new Map<string, string>();
  return (machine, { fold }) => {
    for (const { block, consensusHash } of fold.blocks) {
      const key = `${machine} ${block.hash}`;
      const known = consensusHashes.get(key);
      if (known === undefined) consensusHashes.set(key, consensusHash);
      else if (known !== consensusHash) journal.fail(machine, `block ${block.hash} has two consensus hashes`, 'I4');
    }
  };
}
