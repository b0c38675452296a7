import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from '../../kit/postgres-client.ts';
import { PeerMissing } from '../harness/bench.ts';

const run = promisify(execFile);

/** Runs statements and commands of `psql` in one transaction. */
export async function psql(url: string, script: string): Promise<void> {
  const child = run('psql', ['-X', '-q', '-1', '-v', 'ON_ERROR_STOP=1', '-d', url, '-f', '-']);
  child.child.stdin?.end(script);
  await child;
}

/** @throws PeerMissing where `psql` is not on the PATH. */
export async function psqlVersion(): Promise<string> {
  try {
    return (await run('psql', ['--version'])).stdout.trim();
  } catch {
    throw new PeerMissing('psql', 'it is not on the PATH');
  }
}

/** The tables of a schema, in the order in which they are filled. */
export async function tablesOf(url: string, schema: string): Promise<readonly string[]> {
  await using client = await Client.connect(url);
  const rows = await client.rows(`select tablename from pg_tables where schemaname = '${schema}' order by tablename`);
  return rows.map(({ tablename }) => String(tablename));
}

/** A script that writes every table of a schema into a file of its own. */
export function dumpScript(schema: string, tables: readonly string[], folder: string): string {
  return tables.map((table) => `\\copy "${schema}"."${table}" to '${join(folder, table)}'`).join('\n');
}

/** A script that fills the same tables from those files. */
export function copyScript(schema: string, tables: readonly string[], folder: string): string {
  return tables.map((table) => `\\copy "${schema}"."${table}" from '${join(folder, table)}'`).join('\n');
}

/** A hash over the contents of tables, whatever the order of their rows. */
export async function contentsOf(url: string, schema: string, tables: readonly string[]): Promise<string> {
  await using client = await Client.connect(url);
  const hash = createHash('sha256');
  for (const table of tables) {
    const name = `"${schema}"."${table}"`;
    const [row] = await client.rows(
      `select count(*) as rows, sum(hashtextextended(t::text, 0)::numeric) as hash from ${name} t`,
    );
    hash.update(`${table} ${row?.['rows']} ${row?.['hash']}\n`);
  }
  return hash.digest('hex');
}

/** Makes what was written so far durable, so that no later round pays for it. */
export async function settle(url: string): Promise<void> {
  await using client = await Client.connect(url);
  await client.rows('checkpoint');
}

/** What the tables of a schema take on disk, with their indexes. */
export async function bytesOfSchema(url: string, schema: string): Promise<number> {
  await using client = await Client.connect(url);
  await client.rows('checkpoint');
  const [row] = await client.rows(`select sum(pg_total_relation_size(c.oid)) as bytes from pg_class c
    join pg_namespace n on n.oid = c.relnamespace where n.nspname = '${schema}' and c.relkind = 'r'`);
  return Number(row?.['bytes']);
}
