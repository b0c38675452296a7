import { handOver, inMigrated, partAmongOthers, type RoleOptions, roleName } from '@virtualchain/projection';
import { sql } from 'kysely';
import { ACCESS_TABLES, SCHEMA } from './tables.ts';

/**
 * Makes the tables of tokens and webhooks, or brings them up to date, and gives each role of `vchain roles` what it needs of them; the
 * roles are there already. The same again changes nothing.
 *
 * - `operator` owns them;
 * - `gateway` reads tokens, writes webhooks, and adds lines to the log of changes; a signing secret it may write, and not read;
 * - `relay` reads webhooks with their signing secrets, and writes where each of them stands.
 *
 * @throws DatabaseBusy, DatabaseUnavailable, DatabaseRefused, PostgresUrlInvalid
 */
export async function secureAccess(postgresUrl: string, options: Pick<RoleOptions, 'prefix'>): Promise<void> {
  const [gateway, relay] = (['gateway', 'relay'] as const).map((role) => `"${roleName(options, role)}"`);
  await inMigrated(postgresUrl, ACCESS_TABLES, async (db) => {
    const run = (statement: string) => sql.raw(statement).execute(db);
    await partAmongOthers(db, () => handOver(db, SCHEMA, roleName(options, 'operator'), FIRST));
    await run(`grant usage on schema ${SCHEMA} to ${gateway}, ${relay}`);
    await run(`grant select on ${SCHEMA}.tokens to ${gateway}`);
    await run(`grant select, insert, delete on ${SCHEMA}.webhooks to ${gateway}`);
    await run(`grant update (${OF_OWNERS.join(', ')}) on ${SCHEMA}.webhooks to ${gateway}`);
    await run(`grant insert on ${SCHEMA}.webhook_secrets to ${gateway}`);
    await run(`grant select (id, webhook, created_at, expires_at) on ${SCHEMA}.webhook_secrets to ${gateway}`);
    await run(`grant update (expires_at) on ${SCHEMA}.webhook_secrets to ${gateway}`);
    await run(`grant insert on ${SCHEMA}.audit to ${gateway}`);
    await run(`grant select (id, name, expires_at, revoked_at) on ${SCHEMA}.tokens to ${relay}`);
    await run(`grant select on ${SCHEMA}.webhooks, ${SCHEMA}.webhook_secrets to ${relay}`);
    await run(`grant update (${OF_RELAY.join(', ')}) on ${SCHEMA}.webhooks to ${relay}`);
  });
}

/** The order in which a change of a webhook comes to the tables. */
const FIRST = ['webhooks', 'tokens', 'webhook_secrets', 'audit'];
const STANDING = ['failures', 'failing_since', 'last_status', 'last_try_at', 'next_try_at'] as const;
/** What owners change through the gateway. */
const OF_OWNERS = ['is_paused', 'generation', 'cursor', ...STANDING] as const;
/** What the relay says of a webhook. */
const OF_RELAY = ['cursor', 'deliveries', 'delivered_at', ...STANDING] as const;
