import { bytesToHex } from '@virtualchain/bitcoin';
import type { Collections } from '@virtualchain/machine';
import { type MachineStatus, type Registry, readReplica, readStatuses } from '@virtualchain/projection';
import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { blockHash, consensusHash, hash256, height, nullable } from '../schemas/common.ts';
import type { ServedMachine } from '../served.ts';
import { describe } from './describe.ts';
import { queriesOf } from './query-routes.ts';
import { Replica } from './topology-routes.ts';

const Tip = Type.Object({
  height,
  hash: blockHash,
  time: Type.Integer(),
  consensusHash: nullable(consensusHash),
  changesHash: nullable(hash256),
});

const Machine = Type.Object({
  chain: Type.String(),
  machine: Type.String(),
  version: Type.Integer(),
  build: Type.String({ description: 'the schema of the live build' }),
  status: Type.String({ description: 'running, or faulted' }),
  fault: nullable(Type.Object({ code: Type.String(), message: Type.String(), height: nullable(height) })),
  tip: nullable(Tip),
  accepted: Type.Integer(),
  rejected: Type.Integer(),
  ignored: Type.Integer(),
});

const Chain = Type.Object({
  name: Type.String(),
  magic: Type.String({ description: 'what its payloads begin with, as hex' }),
  firstBlock: height,
  operations: Type.Array(Type.Object({ opcode: Type.String(), name: Type.String(), usage: nullable(Type.String()) })),
  machines: Type.Array(
    Type.Object({
      name: Type.String(),
      version: Type.Integer(),
      collections: Type.Array(
        Type.Object({
          name: Type.String(),
          key: Type.Array(Type.String()),
          indexes: Type.Record(Type.String(), Type.Array(Type.String())),
        }),
      ),
      queries: Type.Array(Type.Object({ name: Type.String(), about: Type.String() })),
    }),
  ),
});

/** What there is: virtual chains, their machines, and how these stand. */
export function addNetworkRoutes(
  server: FastifyInstance,
  {
    registry,
    network,
    served,
  }: { readonly registry: Registry; readonly network: string; readonly served: readonly ServedMachine[] },
): void {
  const tags = ['network'];
  server.get(
    '/chains',
    {
      schema: describe({
        tags,
        name: 'chains',
        summary: 'the virtual chains, and their machines',
        body: Type.Object({ network: Type.String(), chains: Type.Array(Chain) }),
      }),
    },
    async () => ({ network, chains: chainsOf(served) }),
  );
  server.get(
    '/status',
    {
      schema: describe({
        tags,
        name: 'status',
        summary: 'how each machine stands',
        body: Type.Object({ network: Type.String(), database: Replica, machines: Type.Array(Machine) }),
      }),
    },
    async () => ({
      network,
      database: await readReplica(registry),
      machines: (await readStatuses(registry)).filter(({ build }) => build.network === network).map(statusJson),
    }),
  );
}

function chainsOf(served: readonly ServedMachine[]): readonly unknown[] {
  const byChain = Map.groupBy(served, ({ instance }) => instance.chain.name);
  return [...byChain.values()].map((machines) => {
    const { name, magic, firstBlock, operations } = (machines[0] as ServedMachine).instance.chain;
    return {
      name,
      magic: bytesToHex(magic),
      firstBlock,
      operations: [...operations].map(([opcode, codec]) => ({
        opcode: opcode.toString(16).padStart(2, '0'),
        name: codec.name,
        usage: codec.usage ?? null,
      })),
      machines: machines.map(machineJson),
    };
  });
}

function machineJson(served: ServedMachine): unknown {
  const { name, version, collections } = served.instance.machine;
  return {
    ...{ name, version },
    collections: Object.entries(collections as Collections).map(([collection, { key, indexes }]) => {
      return { name: collection, key, indexes };
    }),
    queries: queriesOf(served).map(([query, { about }]) => ({ name: query, about })),
  };
}

function statusJson({ build, checkpoint, tip, verdicts }: MachineStatus): unknown {
  const { fault, status } = checkpoint;
  return {
    ...{ chain: build.chain, machine: build.machine, version: build.version, build: build.schema, status },
    fault: fault === null ? null : { code: fault.code, message: fault.message, height: fault.height },
    tip,
    ...verdicts,
  };
}
