import { isMissing } from '@virtualchain/postgres';
import { amongOthers, type Db, inTransaction, orDatabaseError } from '@virtualchain/projection';
import type { Generated, Kysely, UpdateObject } from 'kysely';
import { AccessNotReady } from '../errors.ts';
import { SCHEMA } from './tables.ts';

/** Times are as Postgres writes them, `2026-11-28 10:00:00.123+00`. */
export interface TokensTable {
  readonly id: Generated<number>;
  readonly name: string;
  readonly hash: Uint8Array;
  readonly scopes: string[];
  readonly requests_per_minute: number | null;
  readonly created_at: Generated<string>;
  readonly expires_at: string | null;
  readonly revoked_at: string | null;
}

export interface WebhooksTable {
  readonly id: string;
  readonly owner: number;
  readonly chain: string;
  readonly machine: string;
  readonly url: string;
  readonly filter: string | null;
  readonly blocks: boolean;
  readonly confirmations: number;
  readonly created_at: Generated<string>;
  readonly is_paused: Generated<boolean>;
  readonly generation: Generated<number>;
  readonly cursor: string;
  readonly deliveries: Generated<string>;
  readonly delivered_at: string | null;
  readonly failures: Generated<number>;
  readonly failing_since: string | null;
  readonly last_status: string | null;
  readonly last_try_at: string | null;
  readonly next_try_at: string | null;
}

export interface SecretsTable {
  readonly id: Generated<number>;
  readonly webhook: string;
  readonly secret: Uint8Array;
  readonly created_at: Generated<string>;
  readonly expires_at: string | null;
}

export interface AuditTable {
  readonly id: Generated<string>;
  readonly at: Generated<string>;
  readonly actor: string;
  readonly action: string;
  readonly subject: string;
  readonly detail: unknown;
}

/** All tables. */
export interface AccessTables {
  readonly tokens: TokensTable;
  readonly webhooks: WebhooksTable;
  readonly webhook_secrets: SecretsTable;
  readonly audit: AuditTable;
}

/** Typed queries on the tables of tokens and webhooks. */
export type AccessDb = Kysely<AccessTables>;

/** What of a webhook is written. */
export type WebhookUpdate = UpdateObject<AccessTables, 'webhooks', 'webhooks'>;

/** The tables over a pool, or over one transaction of it. */
export function onAccess(db: Db): AccessDb {
  return db.withSchema(SCHEMA) as unknown as AccessDb;
}

/** Asks the tables. @throws AccessNotReady, DatabaseUnavailable, DatabaseRefused */
export function ask<Answer>(db: Db, question: (access: AccessDb) => Promise<Answer>): Promise<Answer> {
  return ready(() => orDatabaseError(() => question(onAccess(db))));
}

/** Changes them in one transaction, which is made again where it meets another one. Throws as `ask` does, and DatabaseBusy. */
export function change<Answer>(db: Db, work: (access: AccessDb) => Promise<Answer>): Promise<Answer> {
  return ready(() => amongOthers(() => inTransaction(db, (within) => work(onAccess(within)))));
}

/** The same where tables that are not there yet have nothing in them. */
export function askOr<Answer>(db: Db, none: Answer, question: (access: AccessDb) => Promise<Answer>): Promise<Answer> {
  return orDatabaseError(() => question(onAccess(db))).catch((error: unknown) => {
    if (isMissing(error)) return none;
    throw error;
  });
}

/** No such column: the tables are older than this program. */
const NO_COLUMN = '42703';

async function ready<Answer>(work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!isMissing(error) && (error as { readonly code?: unknown }).code !== NO_COLUMN) throw error;
    throw new AccessNotReady(
      `the tables of ${SCHEMA} are not there, or older than this program: run vchain roles, or vchain tokens create, with this version`,
      { cause: error },
    );
  }
}

/** A time of the database as ISO 8601. Sessions are in UTC. */
export function isoOf(time: string): string {
  return time.replace(' ', 'T').replace(/\+00$/, 'Z');
}

/** The same, null where there is none. */
export function isoOrNull(time: string | null): string | null {
  return time === null ? null : isoOf(time);
}
