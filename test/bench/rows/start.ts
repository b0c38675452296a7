import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RealParts } from '@virtualchain/local';
import { openKafkaLog } from '@virtualchain/operation-log';
import type { Bench, Measured, OpenBench } from '../harness/bench.ts';
import { cpuMsOfEndedChildren, measured } from '../harness/processes.ts';
import { medianOf } from '../harness/quantile.ts';
import { publishAll } from '../kafka/topics.ts';
import { advanceAll, KV_TOPIC, kvChanges, openKv } from '../kit/kv-run.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { entriesOf } from '../workloads/entries.ts';

const run = promisify(execFile);
const vchain = join(import.meta.dirname, '../../../services/cli/bin/vchain.mjs');
const BLOCKS = 4;

type Env = Readonly<Record<string, string | undefined>>;

/** Starts one process after the other, and counts the CPU time of each and of what it starts. */
function starts(command: string, args: readonly string[], env: Env = process.env) {
  const taken: number[] = [];
  return {
    medianMs: () => medianOf(taken),
    async once(round: number): Promise<Measured> {
      const one = await measured(async () => (await run(command, args, { env })).stdout, cpuMsOfEndedChildren);
      if (round >= 0) taken.push(one.cpuMs);
      return one;
    },
  };
}

const help: Bench = {
  name: 'start',
  workload: 'vchain --help',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 0.5, unit: 's of CPU' },
  async open(): Promise<OpenBench> {
    const ours = starts(process.execPath, [vchain, '--help']);
    return {
      ours: ours.once,
      peer: null,
      amount: () => ours.medianMs() / 1_000,
      async [Symbol.asyncDispose]() {},
    };
  },
};

const status: Bench = {
  name: 'start',
  workload: 'vchain status',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 1.5, unit: 's of CPU' },
  note:
    'A topic of a real broker and a projection of it in a real Postgres, both looked at; the servers are not counted. ' +
    'Beside it what `psql` takes to ask for a 1, where there is one.',
  async open({ parts }): Promise<OpenBench> {
    const real = await parts();
    const postgresUrl = await deploy(real);
    const ours = starts(process.execPath, [vchain, 'status', '--json'], {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      VCHAIN_NETWORK: 'regtest',
      VCHAIN_KAFKA_BROKERS: real.kafka.brokers.join(','),
      VCHAIN_POSTGRES_URL: postgresUrl,
    });
    const psql = starts('psql', ['-X', '-d', postgresUrl, '-c', 'select 1']);
    const hasPsql = await psql.once(-1).then(
      () => true,
      () => false,
    );
    return {
      async ours(round) {
        if (hasPsql) await psql.once(round);
        return ours.once(round);
      },
      peer: null,
      amount: () => ours.medianMs() / 1_000,
      details: () => (hasPsql ? [`psql -c 'select 1': ${(psql.medianMs() / 1_000).toFixed(2)} s of CPU`] : []),
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** A topic with some blocks, and the projection of it. */
async function deploy({ kafka, postgres }: RealParts<'kafka' | 'postgres'>): Promise<string> {
  const log = openKafkaLog({ brokers: kafka.brokers });
  try {
    await log.ensureTopic(KV_TOPIC);
    await publishAll(log, KV_TOPIC, 'W2', entriesOf(makeWorkload('W2', BLOCKS)));
  } finally {
    await log.close();
  }
  const url = await postgres.createDatabase('start_status');
  const projection = await openKv(url);
  await advanceAll(projection, await kvChanges(BLOCKS, 1));
  await projection.close();
  return url;
}

export const benches: readonly Bench[] = [help, status];
