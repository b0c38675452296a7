import type { FoldInput } from '@virtualchain/machine';
import { createMemoryLog, type LogChange } from '@virtualchain/operation-log';
import { type MachineInstance, openProjection, readHashes } from '@virtualchain/projection';
import { publish, readAll } from '../../contract/kv-log.ts';
import { connected } from '../../kit/bns-branches.ts';
import type { BenchContext, OpenBench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { medianOf } from '../harness/quantile.ts';
import { advanceAll, operationsOf } from './kv-run.ts';

/** Blocks of a chain, and what each is sealed with. */
export interface KnownChain {
  readonly instance: MachineInstance;
  readonly main: readonly FoldInput[];
  readonly consensusHashes: readonly string[];
}

/**
 * From changes in memory to committed Postgres, by the CPU time of our process and of Postgres, in µs an operation. Every
 * consensus hash is compared with the one that is known.
 */
export async function intoPostgres(
  context: BenchContext,
  known: readonly KnownChain[],
  blocksPerBatch: number,
): Promise<OpenBench> {
  const { postgres } = await context.parts();
  const cpuMs = await context.cpuMsOf('postgres');
  const chains = await Promise.all(known.map(withChanges));
  const operations = chains.reduce((sum, { changes }) => sum + operationsOf(changes), 0);
  const taken: { readonly all: number; readonly postgres: number }[] = [];
  return {
    async ours(round) {
      const opened = await Promise.all(
        chains.map(async ({ instance, ...chain }) => {
          const url = await postgres.createDatabase(`chain_${made++}`);
          return { ...chain, projection: await openProjection(url, instance) };
        }),
      );
      const before = cpuMs();
      const one = await measured(async () => {
        for (const { projection, changes } of opened) await advanceAll(projection, changes, blocksPerBatch);
        return '';
      }, cpuMs);
      if (round >= 0) taken.push({ all: one.cpuMs, postgres: cpuMs() - before });
      for (const { projection, consensusHashes } of opened) {
        const sealed = (await readHashes(projection)).filter(({ opsHash }) => opsHash !== null);
        if (String(sealed.map(({ consensusHash }) => consensusHash)) !== String(consensusHashes))
          throw new Error(`${projection.schema}: other consensus hashes than are known`);
        await projection.close();
      }
      return one;
    },
    peer: null,
    amount: () => (medianOf(taken.map(({ all }) => all)) * 1_000) / operations,
    details: () => [
      `postgres: ${Math.round((medianOf(taken.map(({ postgres: ms }) => ms)) * 1_000) / operations)} µs of it`,
      `operations: ${operations}`,
    ],
    async [Symbol.asyncDispose]() {},
  };
}

let made = 0;

async function withChanges({ instance, main, consensusHashes }: KnownChain) {
  await using log = createMemoryLog();
  const { chain, network } = instance;
  const topic = `vchain.${network}.${chain.name}`;
  const magic = Buffer.from(chain.magic).toString('hex');
  const identity = { topic, network, chain: chain.name, magic, firstBlock: chain.firstBlock };
  await publish(log, topic, main.map(connected), identity);
  const changes: readonly LogChange[] = await readAll(log, topic);
  return { instance, changes, consensusHashes };
}
