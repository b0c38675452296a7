import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LogChange } from '@virtualchain/operation-log';
import type { Bench, BenchContext, Target } from '../harness/bench.ts';
import { cpuMsOfEndedChildren, measured } from '../harness/processes.ts';
import { advanceAll, kvChanges, openKv, operationsOf } from '../kit/kv-run.ts';
import { insertRows, openOrm, readTables } from '../kit/orm.ts';
import { contentsOf, copyScript, dumpScript, psql, psqlVersion, settle, tablesOf } from '../kit/psql.ts';

/** The first ones compile what the others run. */
const ROUNDS = 15;
/** It holds the time of the last move. */
const CHECKPOINT = 'checkpoint';

/** Puts the rows of a projection into tables that are empty. */
interface RowPeer {
  readonly name: string;
  readonly target: Target;
  readonly note: string;
  /** What it needs of a projection that is filled; not measured. Returns how it fills another. */
  open(filled: { readonly url: string; readonly schema: string; readonly tables: readonly string[] }): Promise<RowCopy>;
}

interface RowCopy extends AsyncDisposable {
  /** Makes a connection ready, and returns what is measured. */
  fill(url: string): Promise<{ run(): Promise<void> } & AsyncDisposable>;
}

const copy: RowPeer = {
  name: 'psql \\copy of the same rows',
  target: { kind: 'speed', atLeast: 0.5 },
  note: 'CPU of our process or of psql, and of Postgres. Ours judges the operations and hashes the blocks as well, and makes the rows that psql is handed, the compressed records among them. What limits it: of our process a fifth is garbage collection, on all threads, and a tenth compressing; the rest of its profile is flat: decisions and state 8 %, history rows to COPY 7, operations to COPY 6, joining records 5, parties 4, the changes hash 4, the ops hash 4, parsing 4, the feed 3, the cache of rows 4. The first rounds compile, and take twice as long.',
  async open({ url, schema, tables }) {
    await psqlVersion();
    const folder = await mkdtemp(join(tmpdir(), 'vchain-bench-'));
    await psql(url, dumpScript(schema, tables, folder));
    return {
      fill: async (to) => ({
        run: () => psql(to, copyScript(schema, tables, folder)),
        async [Symbol.asyncDispose]() {},
      }),
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
    };
  },
};

/** About as many as our own transactions of four blocks have. */
const ROWS_PER_FLUSH = 15_000;

const orm: RowPeer = {
  name: 'MikroORM 7, create and flush of the same rows',
  target: { kind: 'speed', atLeast: 4 },
  note: 'CPU of either process, and of Postgres. MikroORM inserts entities that are made already, a flush for each table and four blocks, and is given rows that are compressed and folded; ours judges the operations, hashes the blocks and makes those rows as well. What limits it is what limits the row above; Postgres alone takes two fifths of our time.',
  async open({ url, schema, tables }) {
    const rows = await readTables(url, schema, tables);
    return {
      async fill(to) {
        const opened = await openOrm(to, rows);
        return {
          run: () => insertRows(opened, rows, ROWS_PER_FLUSH),
          [Symbol.asyncDispose]: () => opened.close(true),
        };
      },
      async [Symbol.asyncDispose]() {},
    };
  },
};

/** From changes in memory to committed Postgres, against the same rows put into the same tables with the same indexes. */
const kv = (workload: string, peer: RowPeer): Bench => ({
  name: 'project',
  workload,
  peer: peer.name,
  target: peer.target,
  note: peer.note,
  rounds: ROUNDS,
  async open(context) {
    const changes = await kvChanges(context.quick ? 4 : 12, context.quick ? 0.5 : 1);
    const databases = await makeDatabases(context);
    const filled = await filledWith(await databases.create(), changes);
    const { schema, tables } = filled;
    const rows = await peer.open(filled);
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
        await using filling = await rows.fill(url);
        await settle(url);
        const cpuMs = (): number => databases.cpuMs() + cpuMsOfEndedChildren();
        const one = await measured(() => filling.run().then(() => ''), cpuMs);
        return { ...one, answer: await contentsOf(url, schema, contents) };
      },
      details() {
        const operations = operationsOf(changes) * spent.rounds;
        const each = (ms: number): string => `${Math.round((ms * 1_000) / operations)} µs an operation`;
        return [`node: ${each(spent.nodeMs)}`, `postgres: ${each(spent.postgresMs)}`];
      },
      [Symbol.asyncDispose]: () => rows[Symbol.asyncDispose](),
    };
  },
});

/** A database into which the changes are projected. */
async function filledWith(url: string, changes: readonly LogChange[]) {
  await using projection = await openKv(url);
  await advanceAll(projection, changes);
  const { schema } = projection;
  return { url, schema, tables: await tablesOf(url, schema) };
}

let made = 0;

async function makeDatabases(context: BenchContext) {
  const { postgres } = await context.parts();
  return {
    create: () => postgres.createDatabase(`project_${made++}`),
    cpuMs: await context.cpuMsOf('postgres'),
  };
}

export const benches = [kv('kv, W2', copy), kv('kv, W2, against MikroORM', orm)];
