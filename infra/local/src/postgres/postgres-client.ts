import pg from 'pg';

/** For a server that hangs: one that is not there refuses at once. */
const connectTimeoutMs = 60_000;

/** Resolves if the server takes a query. */
export async function probePostgres(url: string): Promise<void> {
  await withClient(url, (client) => client.query('select 1'));
}

/** Creates an empty database beside the one of the URL and answers its URL. */
export async function createDatabase(url: string, name: string): Promise<string> {
  await withClient(url, (client) => client.query(`create database ${pg.escapeIdentifier(name)}`));
  const created = new URL(url);
  created.pathname = `/${encodeURIComponent(name)}`;
  return created.href;
}

/** Drops a database, throwing out whoever is connected to it. */
export async function dropDatabase(url: string, name: string): Promise<void> {
  await withClient(url, (client) => client.query(`drop database if exists ${pg.escapeIdentifier(name)} with (force)`));
}

async function withClient(url: string, work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: asLibpq(url), connectionTimeoutMillis: connectTimeoutMs });
  client.on('error', () => undefined); // a server that goes away is seen by the query
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** `pg` means more by `sslmode=require` than libpq, and than a projection does, unless it is told. */
function asLibpq(url: string): string {
  const given = new URL(url);
  if (given.searchParams.has('sslmode')) given.searchParams.set('uselibpqcompat', 'true');
  return given.href;
}
