import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRegistry, rebuild } from '@virtualchain/projection';
import { Client } from '../../kit/postgres-client.ts';
import type { Bench } from '../harness/bench.ts';
import { cpuMsOfEndedChildren, measured } from '../harness/processes.ts';
import { KV_TOPIC, kvLog, openKv } from '../kit/kv-run.ts';
import { contentsOf, copyScript, dumpScript, psql, psqlVersion, settle, tablesOf } from '../kit/psql.ts';
import { workloadInstance } from '../workloads/entries.ts';

const CHECKPOINT = 'checkpoint';
/** The first ones compile what the others run. */
const ROUNDS = 15;

/** `vchain rebuild` of a whole topic beside a live build that is empty, against restoring the tables that it made. */
const kv: Bench = {
  name: 'rebuild',
  workload: 'kv, W2',
  peer: "psql, in pg_restore's order",
  target: { kind: 'speed', atLeast: 0.5 },
  rounds: ROUNDS,
  note: 'The peer makes the tables, copies the rows into them and makes the indexes, in one transaction; its rows are folded, hashed and compressed already. The topic is in memory, its records are parsed in the first round alone; parsing them each time takes 9 µs an operation more. What limits it is what limits the row `project`: two thirds of the time are our process, which does all of that, a third is Postgres. Of our process a quarter is garbage collection, on all threads, a tenth compressing; the rest has a flat profile. Tried: COPY in binary form and indexes made last (Postgres 30 to 19 µs an operation), no question for keys that were never written; objects that begin young, rows told as bytes, no promises for what is known, blocks kept as columns, compressing on the main thread (in the row `project` our process 33 to 20 µs); batches of 2 to 32 MB, collection on one thread, a heap that grows further: nothing.',
  async open({ quick, parts, cpuMsOf }) {
    await psqlVersion();
    const { postgres } = await parts();
    const postgresMs = await cpuMsOf('postgres');
    const log = await kvLog(quick ? 4 : 40, quick ? 0.5 : 1);
    let made = 0;
    const create = () => postgres.createDatabase(`rebuild_${made++}`);
    const run = async (url: string) => {
      await using registry = await openRegistry(url);
      const { signal } = new AbortController();
      return await rebuild({ registry, instance: workloadInstance(), log, topic: KV_TOPIC, signal });
    };
    const folder = await mkdtemp(join(tmpdir(), 'vchain-bench-'));
    const source = await create();
    await (await openKv(source)).close();
    const { live: schema } = await run(source);
    const tables = await tablesOf(source, schema);
    const contents = tables.filter((table) => table !== CHECKPOINT);
    await psql(source, dumpScript(schema, tables, folder));
    const { before, after } = await definitionsOf(source, schema);
    return {
      async ours() {
        const url = await create();
        await (await openKv(url)).close();
        await settle(url);
        const one = await measured(async () => {
          await run(url);
          return '';
        }, postgresMs);
        return { ...one, answer: await contentsOf(url, schema, contents) };
      },
      async peer() {
        const url = await create();
        await settle(url);
        const script = [before, copyScript(schema, tables, folder), after].join('\n');
        const one = await measured(
          () => psql(url, script).then(() => ''),
          () => postgresMs() + cpuMsOfEndedChildren(),
        );
        return { ...one, answer: await contentsOf(url, schema, contents) };
      },
      async [Symbol.asyncDispose]() {
        await log.close();
        await rm(folder, { recursive: true, force: true });
      },
    };
  },
};

/** The statements that make a schema: its tables before the rows are there, keys and indexes after. */
async function definitionsOf(url: string, schema: string): Promise<{ before: string; after: string }> {
  await using client = await Client.connect(url);
  const tables = await client.rows(`select format('create table %I.%I (%s);', n.nspname, c.relname, string_agg(
      format('%I %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attcollation <> t.typcollation then ' collate "C"' else '' end,
        case when a.attnotnull then ' not null' else '' end), ', ' order by a.attnum)) as made
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
      join pg_type t on t.oid = a.atttypid
    where n.nspname = '${schema}' and c.relkind = 'r' and a.attnum > 0 group by n.nspname, c.relname`);
  const storage = await client.rows(`select format('alter table %I.%I alter column %I set storage external;',
      n.nspname, c.relname, a.attname) as made
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
    where n.nspname = '${schema}' and c.relkind = 'r' and a.attnum > 0 and a.attstorage = 'e'`);
  const keys = await client.rows(`select format('alter table %I.%I add primary key (%s);', n.nspname, c.relname,
      (select string_agg(quote_ident(a.attname), ', ' order by k.n) from unnest(i.indkey) with ordinality k(num, n)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num)) as made
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = '${schema}' and i.indisprimary`);
  const indexes = await client.rows(`select pg_get_indexdef(i.indexrelid) || ';' as made
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = '${schema}' and not i.indisprimary`);
  const text = (rows: readonly Record<string, unknown>[]): string => rows.map(({ made }) => String(made)).join('\n');
  return {
    before: [`create schema "${schema}";`, text(tables), text(storage)].join('\n'),
    after: [text(keys), text(indexes)].join('\n'),
  };
}

export const benches = [kv];
