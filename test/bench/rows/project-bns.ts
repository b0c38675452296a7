import { createMemoryLog, type LogChange } from '@virtualchain/operation-log';
import { type MachineInstance, openProjection, readHashes } from '@virtualchain/projection';
import { publish, readAll } from '../../contract/kv-log.ts';
import { BNS_CHAINS, bnsBranches, connected } from '../../kit/bns-branches.ts';
import type { Bench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { medianOf } from '../harness/quantile.ts';
import { advanceAll, operationsOf } from '../kit/kv-run.ts';
import { makeNames } from '../workloads/names.ts';

/** 2,000 operations a second of CPU time. */
const LIMIT_US = 500;
const TOPIC = 'vchain.mainnet.bns';

interface Chain {
  readonly instance: MachineInstance;
  readonly main: Parameters<typeof connected>[0][];
  readonly consensusHashes: readonly string[];
}

/** From changes in memory to committed Postgres; every consensus hash is compared with the one that is known. */
const projected = (
  workload: string,
  blocksPerBatch: number,
  chainsOf: (quick: boolean) => Promise<readonly Chain[]>,
): Bench => ({
  name: 'project-bns',
  workload,
  peer: '1.25 of the original with its database',
  target: { kind: 'amount', atMost: LIMIT_US, unit: 'µs an operation' },
  note: `CPU of our process and of Postgres, ${blocksPerBatch} blocks a transaction.`,
  async open(context) {
    const { postgres } = await context.parts();
    const cpuMs = await context.cpuMsOf('postgres');
    const chains = await Promise.all((await chainsOf(context.quick)).map(withChanges));
    const operations = chains.reduce((sum, { changes }) => sum + operationsOf(changes), 0);
    const taken: { readonly all: number; readonly postgres: number }[] = [];
    let made = 0;
    return {
      async ours(round) {
        const opened = await Promise.all(
          chains.map(async ({ instance, ...chain }) => {
            const url = await postgres.createDatabase(`bns_${workload.replaceAll(/\W/g, '_')}_${made++}`);
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
  },
});

async function withChanges({ instance, main, consensusHashes }: Chain) {
  await using log = createMemoryLog();
  const { chain, network } = instance;
  const magic = Buffer.from(chain.magic).toString('hex');
  const identity = { topic: TOPIC, network, chain: chain.name, magic, firstBlock: chain.firstBlock };
  await publish(log, TOPIC, main.map(connected), identity);
  const changes: readonly LogChange[] = await readAll(log, TOPIC);
  return { instance, changes, consensusHashes };
}

async function recordedChains(quick: boolean): Promise<readonly Chain[]> {
  const files = quick ? BNS_CHAINS.filter((file) => file.startsWith('bns-random-1')) : BNS_CHAINS;
  return Promise.all(
    files.map(async (file) => {
      const { instance, main, consensusHashes } = await bnsBranches(file);
      return { instance, main: [...main], consensusHashes };
    }),
  );
}

async function busyChain(quick: boolean): Promise<readonly Chain[]> {
  const { instance, inputs, consensusHashes } = await makeNames(quick ? 12 : 60, 300);
  return [{ instance, main: [...inputs], consensusHashes }];
}

export const benches = [projected('recorded chains', 200, recordedChains), projected('300 a block', 4, busyChain)];
