import { sql } from 'kysely';
import { amongOthers, waitAtMost } from '../../build/database/among-others.ts';
import { connectDatabase, type Db, inTransaction } from '../../build/database/database.ts';
import { RoleTooStrong } from '../../errors.ts';
import { SHARED_POOL_CONNECTIONS_MAX, STATEMENT_TIMEOUT_MS } from '../../limits.ts';
import { lockBuildsOf } from '../change-builds.ts';
import { readBuilds } from '../registered-build.ts';
import { retiredViewSchema, viewSchema } from '../views.ts';
import { handOver, isAnyNotYet } from './hand-over.ts';
import { scramVerifier } from './scram-verifier.ts';

/** Who asks Postgres: what writes the log, what folds it, what answers from it, what delivers from it, and who makes tokens. */
const ROLES = ['ingester', 'projector', 'gateway', 'relay', 'operator'] as const;
/** One of them. */
export type RoleName = (typeof ROLES)[number];

/** The first part of the names of roles, which are those of the whole server; and passwords, of the roles that log in by one. */
export interface RoleOptions {
  readonly prefix: string;
  readonly passwords: Readonly<Partial<Record<RoleName, string | undefined>>>;
}

/** What a database keeps. */
export type Kept = 'projections' | 'log' | 'both';

/**
 * Makes the roles with the least rights that do, and hands over to them what is there; the same again changes nothing. The
 * URL is that of who may make roles and owns, or may take, what is there.
 *
 * - `projector` owns the projections, and may make schemas;
 * - `gateway` and `relay` read them, those to come included;
 * - `ingester` owns the log, where Postgres keeps it, and projector and gateway read it;
 * - `operator` has nothing here: who makes tokens is told by `secureAccess` of `libs/access`, as is what gateway and relay may do there.
 *
 * All of it is one transaction. Services may run meanwhile: where they are in the way of it, it gives way and is tried again.
 *
 * @throws RoleTooStrong, DatabaseBusy, DatabaseRefused, DatabaseUnavailable, PostgresUrlInvalid
 */
export async function secureDatabase(postgresUrl: string, kept: Kept, options: RoleOptions): Promise<void> {
  const bounds = { connectionsMax: SHARED_POOL_CONNECTIONS_MAX, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const { db, close } = connectDatabase(postgresUrl, { name: 'roles', ...bounds });
  try {
    await amongOthers((lockWaitMs) =>
      inTransaction(db, async (within) => {
        await waitAtMost(within, lockWaitMs);
        await sql`select pg_advisory_xact_lock(hashtext('vchain roles'))`.execute(within);
        for (const role of ROLES) await makeRole(within, options, role);
        await secureEverything(within, options);
        if (kept !== 'log') await secureProjections(within, options);
        if (kept !== 'projections') await secureLog(within, options);
      }),
    );
  } finally {
    await close();
  }
}

/** The name of a role on the server. */
export function roleName({ prefix }: Pick<RoleOptions, 'prefix'>, role: RoleName): string {
  return `${prefix}_${role}`;
}

async function makeRole(db: Db, options: RoleOptions, role: RoleName): Promise<void> {
  const name = roleName(options, role);
  const { rows } = await sql<{ strong: boolean }>`
    select rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls as strong
    from pg_roles where rolname = ${name}`.execute(db);
  if (rows[0]?.strong === true) throw new RoleTooStrong(name);
  if (rows.length === 0) await run(db, `create role ${id(name)} login`);
  const password = options.passwords[role];
  if (password !== undefined) await run(db, `alter role ${id(name)} password '${scramVerifier(password)}'`);
  // Who is no superuser hands over only to roles of which it is a member.
  const mine = await sql<{ strong: boolean }>`
    select rolsuper as strong from pg_roles where rolname = current_user`.execute(db);
  if (mine.rows[0]?.strong !== true) await run(db, `grant ${id(name)} to current_user`);
}

/** Nobody makes anything in passing; whoever logs in says so by name. */
async function secureEverything(db: Db, options: RoleOptions): Promise<void> {
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  const database = id(rows[0]?.name ?? '');
  await run(db, `revoke create, temporary on database ${database} from public`);
  await run(
    db,
    `grant connect on database ${database} to ${ROLES.map((role) => id(roleName(options, role))).join(', ')}`,
  );
  if (await isThere(db, 'public')) await run(db, 'revoke create on schema public from public');
}

async function secureProjections(db: Db, options: RoleOptions): Promise<void> {
  const owner = roleName(options, 'projector');
  const projector = id(owner);
  const readers = (['gateway', 'relay'] as const).map((role) => id(roleName(options, role))).join(', ');
  const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(db);
  await run(db, `grant create on database ${id(rows[0]?.name ?? '')} to ${projector}`);
  await run(db, `alter default privileges for role ${projector} grant usage on schemas to ${readers}`);
  await run(db, `alter default privileges for role ${projector} grant select on tables to ${readers}`);
  if (!(await isThere(db, SHARED))) return;
  if (await isAnyNotYet(db, await schemasOf(db), owner)) await waitForChanges(db);
  for (const schema of await schemasOf(db)) await secureSchema(db, schema, { owner, readers, first: FIRST });
}

/** In the order in which services work on them: readers begin with the views, and a batch looks at the builds at its end. */
async function schemasOf(db: Db): Promise<readonly string[]> {
  const builds = await readBuilds(db);
  const views = builds.flatMap((build) => {
    const of = { chain: { name: build.chain }, machine: { name: build.machine } };
    return [viewSchema(of), retiredViewSchema(of, build.version)];
  });
  return [...new Set([...views.sort(), ...builds.map(({ schema }) => schema).sort(), SHARED])];
}

/** Whoever makes, switches or drops a build is waited for, and waits: what is half made has its owner already. */
async function waitForChanges(db: Db): Promise<void> {
  const machines = new Map(
    (await readBuilds(db)).map(({ chain, machine }) => [`${chain} ${machine}`, { chain, machine }]),
  );
  for (const [, { chain, machine }] of [...machines].sort(([a], [b]) => (a < b ? -1 : 1))) {
    await lockBuildsOf(db, { chain: { name: chain }, machine: { name: machine } });
  }
}

async function secureLog(db: Db, options: RoleOptions): Promise<void> {
  const owner = roleName(options, 'ingester');
  const readers = [id(roleName(options, 'projector')), id(roleName(options, 'gateway'))].join(', ');
  await run(db, `create schema if not exists ${LOG}`);
  await secureSchema(db, LOG, { owner, readers, first: FIRST_OF_LOG });
  await run(db, `alter default privileges for role ${id(owner)} in schema ${LOG} grant select on tables to ${readers}`);
}

/** The schema of the tables that all builds share. */
const SHARED = 'vchain';
/** The schema of `libs/operation-log`. */
const LOG = 'vchain_log';
/** What a batch, and what a look at operations in no block, begins with. */
const FIRST = ['checkpoint', 'pending_views', 'pending_entries', 'pending_operations'];
/** What a writer, and what a projector's hint, begins with. */
const FIRST_OF_LOG = ['producers', 'group_offsets', 'topics'];

/** Whose a schema and all that is in it become, and who may read it; the names of `readers` are quoted. */
interface Rights {
  readonly owner: string;
  readonly readers: string;
  readonly first: readonly string[];
}

async function secureSchema(db: Db, schema: string, { owner, readers, first }: Rights): Promise<void> {
  if (!(await isThere(db, schema))) return;
  await handOver(db, schema, owner, first);
  await run(db, `grant usage on schema ${id(schema)} to ${readers}`);
  await run(db, `grant select on all tables in schema ${id(schema)} to ${readers}`);
}

async function isThere(db: Db, schema: string): Promise<boolean> {
  const { rows } = await sql`select from pg_namespace where nspname = ${schema}`.execute(db);
  return rows.length > 0;
}

function id(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function run(db: Db, statement: string): Promise<void> {
  await sql.raw(statement).execute(db);
}
