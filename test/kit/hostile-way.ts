import { bytesToHex, height } from '@virtualchain/bitcoin';
import { type ChainReport, createBlockCache, type IngestPorts, ingestChain } from '@virtualchain/ingester';
import type { StateMachine } from '@virtualchain/machine';
import type { BitcoinNode } from '@virtualchain/node-client';
import { createMemoryElection, createMemoryLog } from '@virtualchain/operation-log';
import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import { project } from '@virtualchain/projector';
import type { VirtualChain } from '@virtualchain/protocol';
import type { BuiltBlock } from '@virtualchain/testing';
import { Subject } from 'rxjs';
import { memoryNode } from './memory-node.ts';
import { createNodeModel } from './node-model.ts';
import { quickClock } from './quick-clock.ts';

/** What the whole way may take for one block, in time of this process: the machine may be busy with others. */
export const BLOCK_CPU_MS_MAX = 2_000;

/** Node → ingester → log → projections, on memory. */
export interface HostileWay extends AsyncDisposable {
  readonly topic: string;
  readonly log: ReturnType<typeof createMemoryLog>;
  readonly stores: readonly MemoryStore[];
  /** Mines the block, and waits until every projection has it. Answers with the processor time that it took. */
  send(block: BuiltBlock): Promise<number>;
}

export interface WayPlan {
  readonly chain: VirtualChain;
  readonly machines: readonly StateMachine[];
  /** What stands in for parts of the node. */
  readonly node?: Partial<BitcoinNode>;
}

export async function startHostileWay({ chain, machines, node: standIns = {} }: WayPlan): Promise<HostileWay> {
  const topic = `vchain.regtest.${chain.name}`;
  const model = createNodeModel();
  const node = { ...memoryNode(model), ...standIns };
  const log = createMemoryLog();
  const wakeUps = new Subject<void>();
  const stop = new AbortController();
  const election = createMemoryElection();
  const ports: IngestPorts = { node, blocks: createBlockCache(node), log, election, wakeUps, clock: quickClock };
  const magic = bytesToHex(chain.magic);
  const identity = { topic, network: 'regtest', chain: chain.name, magic, firstBlock: height(chain.firstBlock) };
  const silent = { state() {}, leads() {}, nodeTip() {}, connected() {}, disconnected() {}, retry() {}, halted() {} };
  const report: ChainReport = { ...silent, status: () => Promise.reject() as never };
  const stores = await Promise.all(machines.map((machine) => MemoryStore.open(machine)));
  const projecting = stores.map((store) =>
    project({
      log,
      topic,
      open: async () => new MemoryProjection(store),
      signal: stop.signal,
      events: { state: () => undefined, opened: () => undefined, advanced: () => undefined },
    }),
  );
  const running = [ingestChain({ ...ports, chain, network: 'regtest', identity, report }, stop.signal), ...projecting];
  return {
    topic,
    log,
    stores,
    async send({ bytes, hash }) {
      const before = process.cpuUsage();
      if (!model.submit(bytes)) throw new Error(`the parent of ${hash} is unknown`);
      wakeUps.next();
      while (!stores.every(({ checkpoint }) => checkpoint.cursor?.hash === hash)) {
        for (const { checkpoint } of stores) if (checkpoint.fault !== null) throw new Error(checkpoint.fault.message);
        await new Promise((done) => setTimeout(done, 2));
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(running);
    },
  };
}
