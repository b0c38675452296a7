import { bytesToHex, height } from '@virtualchain/bitcoin';
import { kvChain } from '@virtualchain/machine-kv';
import { createOperationLog, type OperationLog } from '@virtualchain/operation-log';
import type { VirtualChain } from '@virtualchain/protocol';
import { hashText } from '../random.ts';
import type { Process } from '../run/process.ts';
import { type Run, TOPIC } from '../run/run.ts';
import { type BlockTree, createBlockTree } from './block-tree.ts';
import { connectBroker, createNotifier, type FakeBrokerOptions, type Notifier } from './fake-broker.ts';
import { FakeGroup } from './fake-election.ts';
import { FakeNode } from './fake-node.ts';
import { type Machines, openMachines } from './machines.ts';
import type { LogKeeper, SharedBroker } from './shared-broker.ts';
import { emptyStore, type SubscriberStore } from './subscriber-store.ts';

export const NETWORK = 'regtest';

/** Everything that outlives a process: blocks and nodes, the broker and its group, what databases and disks hold. */
export interface World {
  readonly chain: VirtualChain;
  readonly identity: ReturnType<typeof identityOf>;
  readonly tree: BlockTree;
  readonly nodes: readonly FakeNode[];
  /** The wake-ups of the ingesters that run, to be called when a node's best block changes. */
  readonly wakeUps: Set<() => void>;
  readonly log: FakeLog;
  readonly group: FakeGroup;
  readonly machines: Machines;
  readonly subscriberStore: SubscriberStore;
}

export interface FakeLog {
  readonly broker: SharedBroker;
  /** Wakes the readers that wait for new records. */
  readonly arrivals: Notifier;
  /** When that record was given to a producer; 0 when it never was. */
  writtenAt(record: Uint8Array): number;
  /** The log as that process reaches it. */
  connect(process: Process): OperationLog;
  /** The log as the checker reads it: no process, no faults. */
  direct(): OperationLog;
}

export async function createWorld(run: Run, keeper: LogKeeper): Promise<World> {
  const { plan, faults, scheduler } = run;
  const chain = kvChain({ firstBlock: plan.firstBlock });
  const tree = createBlockTree(run.fork('world'), plan.operationsPerBlock);
  const wakeUps = new Set<() => void>();
  const nodes = ['north', 'south'].map(
    (label) =>
      new FakeNode(label, { scheduler, random: run.fork(label), tree, moved: () => wakeIngesters(run, wakeUps) }),
  );
  return {
    chain,
    identity: identityOf(chain),
    tree,
    nodes,
    wakeUps,
    log: createFakeLog(run, keeper),
    group: new FakeGroup({ scheduler, random: run.fork('group'), tellsLate: () => faults.happens(0.3) }),
    machines: await openMachines(chain, plan.poison),
    subscriberStore: emptyStore(),
  };
}

function identityOf(chain: VirtualChain) {
  const { name, magic, firstBlock } = chain;
  return { topic: TOPIC, network: NETWORK, chain: name, magic: bytesToHex(magic), firstBlock: height(firstBlock) };
}

/** A node's best block has changed: each wake-up is lost, comes once, or comes twice. */
function wakeIngesters({ plan, random, scheduler, journal }: Run, wakeUps: Iterable<() => void>): void {
  for (const wake of wakeUps) {
    if (random.chance(plan.dropsHint)) journal.count('hints dropped');
    else for (let times = random.chance(0.1) ? 2 : 1; times > 0; times -= 1) scheduler.after(random.around(30), wake);
  }
}

function createFakeLog({ seed, plan, random, scheduler, faults }: Run, { broker, writtenAt }: LogKeeper): FakeLog {
  const arrivals = createNotifier();
  const options: FakeBrokerOptions = {
    scheduler,
    random,
    doubles: () => faults.happens(plan.doubles, 'batches doubled'),
    letsStaleThrough: () => faults.happens(plan.stale, 'stale transactions'),
    writtenAt,
  };
  let ids = 0;
  const clockAndIds = {
    now: scheduler.now,
    randomId: () => {
      ids += 1;
      return hashText(`${seed} ${ids}`).toString(16).padStart(8, '0').repeat(4);
    },
  };
  return {
    broker,
    arrivals,
    writtenAt: (record) => writtenAt.get(record) ?? 0,
    connect: (process) => createOperationLog(connectBroker(process, broker, arrivals, options), clockAndIds),
    direct: () => createOperationLog(broker, clockAndIds),
  };
}
