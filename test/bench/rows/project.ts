import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogChange } from '@virtualchain/operation-log';
import type { Bench, BenchContext } from '../harness/bench.ts';
import { cpuMsOfEndedChildren, measured } from '../harness/processes.ts';
import { advanceAll, kvChanges, openKv, operationsOf } from '../kit/kv-run.ts';
import { contentsOf, copyScript, dumpScript, psql, psqlVersion, settle, tablesOf } from '../kit/psql.ts';

/** It holds the time of the last move. */
const CHECKPOINT = 'checkpoint';

/** From changes in memory to committed Postgres, against the same rows copied into the same tables with the same indexes. */
const kv: Bench = {
  name: 'project',
  workload: 'kv, W2',
  peer: 'psql \\copy of the same rows',
  target: { kind: 'speed', atLeast: 0.5 },
  note: 'CPU of our process or of psql, and of Postgres. Ours judges the operations and hashes the blocks as well.',
  async open(context) {
    await psqlVersion();
    const changes = await kvChanges(context.quick ? 4 : 12, context.quick ? 0.5 : 1);
    const databases = await makeDatabases(context);
    const folder = await mkdtemp(join(tmpdir(), 'vchain-bench-'));
    const { schema, tables } = await dumpOf(await databases.create(), changes, folder);
    const contents = tables.filter((table) => table !== CHECKPOINT);
    const spent = { nodeMs: 0, postgresMs: 0, rounds: 0 };
    return {
      async ours(round) {
        const url = await databases.create();
        await using projection = await openKv(url);
        await settle(url);
        const postgresBefore = databases.cpuMs();
        const one = await measured(() => advanceAll(projection, changes).then(() => ''), databases.cpuMs);
        const postgresMs = databases.cpuMs() - postgresBefore;
        if (round >= 0) {
          spent.nodeMs += one.cpuMs - postgresMs;
          spent.postgresMs += postgresMs;
          spent.rounds += 1;
        }
        return { ...one, answer: await contentsOf(url, schema, contents) };
      },
      async peer() {
        const url = await databases.create();
        await (await openKv(url)).close();
        await psql(url, `truncate "${schema}"."${CHECKPOINT}"`);
        await settle(url);
        const cpuMs = (): number => databases.cpuMs() + cpuMsOfEndedChildren();
        const one = await measured(() => psql(url, copyScript(schema, tables, folder)).then(() => ''), cpuMs);
        return { ...one, answer: await contentsOf(url, schema, contents) };
      },
      details() {
        const operations = operationsOf(changes) * spent.rounds;
        const each = (ms: number): string => `${Math.round((ms * 1_000) / operations)} µs an operation`;
        return [`node: ${each(spent.nodeMs)}`, `postgres: ${each(spent.postgresMs)}`];
      },
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

/** Projects the changes once, and writes every table into a file of its own. */
async function dumpOf(url: string, changes: readonly LogChange[], folder: string) {
  await using projection = await openKv(url);
  await advanceAll(projection, changes);
  const { schema } = projection;
  const tables = await tablesOf(url, schema);
  await psql(url, dumpScript(schema, tables, folder));
  return { schema, tables };
}

async function makeDatabases(context: BenchContext) {
  const { postgres } = await context.parts();
  let made = 0;
  return {
    create: () => postgres.createDatabase(`project_${made++}`),
    cpuMs: await context.cpuMsOf('postgres'),
  };
}

export const benches = [kv];
