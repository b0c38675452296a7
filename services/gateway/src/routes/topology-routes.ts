import {
  type MachineStatus,
  type RegisteredBuild,
  type Registry,
  readReplica,
  readStatuses,
} from '@virtualchain/projection';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { type LogEnd, logEnds } from '../log-ends.ts';
import { blockHash, consensusHash, height, nullable } from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import type { ServedLogs } from '../subscriptions/subscriptions.ts';
import { describe } from './describe.ts';

export const Replica = Type.Object(
  {
    isReplica: Type.Boolean({ description: 'the database follows another one: what it answers may be older' }),
    replayLagBytes: nullable(Type.Number({ minimum: 0, description: 'received and not replayed; null on a primary' })),
    replayLagSeconds: nullable(Type.Number({ minimum: 0, description: 'behind what it received; null on a primary' })),
  },
  { description: 'The database that this gateway reads.' },
);

const Log = Type.Object({
  topic: Type.String(),
  sequence: nullable(Type.Integer({ description: 'of its newest record' })),
  height: nullable(height),
  hash: nullable(blockHash),
  problem: nullable(Type.String({ description: 'why its end is not known: a code' })),
});

const Machine = Type.Object({
  name: Type.String(),
  isServed: Type.Boolean({ description: 'this gateway answers about it' }),
  version: Type.Integer(),
  build: Type.String({ description: 'the schema of the live build' }),
  builds: Type.Array(
    Type.Object({ build: Type.String(), version: Type.Integer(), layout: Type.Integer(), status: Type.String() }),
    { description: 'all builds, newest last' },
  ),
  status: Type.String({ description: 'running, or faulted' }),
  fault: nullable(
    Type.Object({
      code: Type.String(),
      message: Type.String(),
      height: nullable(height),
      txid: nullable(Type.String()),
    }),
  ),
  checkpoint: nullable(
    Type.Object({
      ...{ log: Type.String(), epoch: Type.Integer(), sequence: Type.Integer() },
      ...{ height: nullable(height), hash: nullable(blockHash) },
    }),
  ),
  tip: nullable(Type.Object({ height, hash: blockHash, time: Type.Integer(), consensusHash: nullable(consensusHash) })),
  lagBlocks: nullable(Type.Integer({ description: 'behind the newest block of the log, or of the highest machine' })),
  lagSeconds: nullable(
    Type.Integer({ description: 'between its newest block and that of the highest machine, by their headers' }),
  ),
});

const Chain = Type.Object({
  name: Type.String(),
  log: nullable(Log),
  newestHeight: nullable(Type.Integer({ description: 'of the log where it is known, else of the highest machine' })),
  machines: Type.Array(Machine),
});

export interface TopologyOptions {
  readonly registry: Registry;
  readonly network: string;
  readonly served: readonly ServedMachine[];
  readonly logs?: ServedLogs;
}

/** Who reads what, and how far behind. */
export function addTopologyRoute(server: FastifyInstance, options: TopologyOptions): void {
  const endOf = options.logs === undefined ? async () => null : logEnds(options.logs);
  server.get(
    '/topology',
    {
      schema: describe({
        tags: ['network'],
        name: 'topology',
        summary: 'chains with their logs, machines with builds and checkpoints, and how far behind each is',
        body: Type.Object({ network: Type.String(), database: Replica, chains: Type.Array(Chain) }),
      }),
    },
    async () => {
      const { registry, network } = options;
      const [database, builds, statuses] = [
        await readReplica(registry),
        (await registry.builds()).filter((build) => build.network === network),
        (await readStatuses(registry)).filter(({ build }) => build.network === network),
      ];
      const chains = [...Map.groupBy(statuses, ({ build }) => build.chain)].map(async ([name, machines]) =>
        chainJson({ name, machines, end: await endOf(name), builds, served: options.served }),
      );
      return { network, database, chains: await Promise.all(chains) };
    },
  );
}

interface ChainStatus {
  readonly name: string;
  readonly machines: readonly MachineStatus[];
  readonly end: LogEnd | null;
  readonly builds: readonly RegisteredBuild[];
  readonly served: readonly ServedMachine[];
}

function chainJson({ name, machines, end, builds, served }: ChainStatus): unknown {
  const highest = machines
    .flatMap(({ tip }) => tip ?? [])
    .reduce<MachineStatus['tip']>((a, b) => (a === null || b.height > a.height ? b : a), null);
  const block = end?.tail?.block ?? null;
  const newestHeight = block?.height ?? highest?.height ?? null;
  return {
    name,
    log:
      end === null
        ? null
        : {
            ...{ topic: end.topic, sequence: end.tail?.sequence ?? null, problem: end.problem },
            ...{ height: block?.height ?? null, hash: block?.hash ?? null },
          },
    newestHeight,
    machines: machines.map((machine) => {
      const { build, tip } = machine;
      const theirs = builds.filter((each) => each.chain === name && each.machine === build.machine);
      return {
        ...machineJson(machine, theirs),
        isServed: served.some(
          ({ instance }) => instance.chain.name === name && instance.machine.name === build.machine,
        ),
        lagBlocks: newestHeight === null || tip === null ? null : Math.max(0, newestHeight - tip.height),
        lagSeconds: highest === null || tip === null ? null : Math.max(0, highest.time - tip.time),
      };
    }),
  };
}

function machineJson(
  { build, checkpoint: { cursor, fault, status }, tip }: MachineStatus,
  builds: readonly RegisteredBuild[],
) {
  return {
    ...{ name: build.machine, version: build.version, build: build.schema, status },
    builds: builds.map(({ schema, version, layout, status: of }) => ({ build: schema, version, layout, status: of })),
    fault: fault === null ? null : { code: fault.code, message: fault.message, height: fault.height, txid: fault.txid },
    checkpoint:
      cursor === null
        ? null
        : {
            ...{ log: cursor.log, epoch: cursor.epoch, sequence: cursor.sequence },
            ...{ height: cursor.height, hash: cursor.hash },
          },
    tip: tip === null ? null : { height: tip.height, hash: tip.hash, time: tip.time, consensusHash: tip.consensusHash },
  };
}
