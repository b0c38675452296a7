import { randomBytes } from 'node:crypto';
import type { Db } from '@virtualchain/projection';
import { sql } from 'kysely';
import { type AuditAction, noteChange } from '../audit.ts';
import { SecretsTooMany, WebhooksTooMany } from '../errors.ts';
import { SECRETS_PER_WEBHOOK_MAX, WEBHOOKS_PER_TOKEN_MAX } from '../limits.ts';
import { type AccessDb, ask, change, type WebhookUpdate } from '../schema/access-db.ts';
import type { Holder } from '../tokens/token-table.ts';
import { makeSecret, secretText } from './signing-secret.ts';
import { selectWebhooks, type WebhookRecord, type WebhookWish, webhookOf } from './webhook-record.ts';

/** Who owns a webhook, and which one is meant. */
export interface Owned {
  readonly owner: Pick<Holder, 'id' | 'name'>;
  readonly id: string;
}

/** A webhook, and the signing secret that its owner is shown this once. */
export interface WithSecret {
  readonly webhook: WebhookRecord;
  readonly secret: string;
}

/** Webhooks of one owner, oldest first. @throws AccessNotReady, DatabaseUnavailable, DatabaseRefused */
export async function webhooksOf(db: Db, owner: Owned['owner']): Promise<readonly WebhookRecord[]> {
  const rows = await ask(db, (access) =>
    selectWebhooks(access)
      .where('owner', '=', owner.id)
      .orderBy('webhooks.created_at')
      .orderBy('webhooks.id')
      .execute(),
  );
  return rows.map((row) => webhookOf(row, Date.now()));
}

/** A webhook of an owner; null where that owner has none of that id. Throws as `webhooksOf` does. */
export function findWebhook(db: Db, owned: Owned): Promise<WebhookRecord | null> {
  return ask(db, (access) => found(access, owned));
}

/** Registers a webhook. @throws WebhooksTooMany, and what `webhooksOf` throws */
export function registerWebhook(db: Db, owner: Owned['owner'], wish: WebhookWish): Promise<WithSecret> {
  const id = `wh_${randomBytes(16).toString('hex')}`;
  const secret = makeSecret();
  const { chain, machine, url, filter, blocks, confirmations, cursor } = wish;
  return change(db, async (access) => {
    await sql`select pg_advisory_xact_lock(hashtext(${`webhooks of ${owner.id}`}))`.execute(access);
    const all = await access.selectFrom('webhooks').select('id').where('owner', '=', owner.id).execute();
    if (all.length >= WEBHOOKS_PER_TOKEN_MAX)
      throw new WebhooksTooMany(
        `the token ${owner.name} has ${all.length} webhooks, of ${WEBHOOKS_PER_TOKEN_MAX}: delete one, or use another token`,
      );
    await access
      .insertInto('webhooks')
      .values({ id, owner: owner.id, chain, machine, url, filter, blocks, confirmations, cursor, ...NOTHING_TRIED })
      .execute();
    await access.insertInto('webhook_secrets').values({ webhook: id, secret, expires_at: null }).execute();
    await note(access, { owner, id }, 'webhook.registered', {
      ...{ chain, machine, filter, blocks, confirmations, cursor },
      origin: new URL(url).origin, // what stands behind it may be a secret of the receiver's
    });
    return { webhook: (await found(access, { owner, id })) as WebhookRecord, secret: secretText(secret) };
  });
}

const NOTHING_TRIED = {
  ...{ delivered_at: null, failing_since: null, last_status: null, last_try_at: null, next_try_at: null },
} as const;

/** Delivers nothing until it is resumed; what happens meanwhile is delivered then. Null where the owner has none of that id. */
export function pauseWebhook(db: Db, owned: Owned): Promise<WebhookRecord | null> {
  return changed(db, owned, 'webhook.paused', { is_paused: true });
}

/** Goes on, at once also where the next try would be due later. Null where the owner has none of that id. */
export function resumeWebhook(db: Db, owned: Owned): Promise<WebhookRecord | null> {
  return changed(db, owned, 'webhook.resumed', { is_paused: false, next_try_at: null });
}

/** Delivers everything behind a cursor, or from the `start`, again. Null where the owner has none of that id. */
export function redeliverWebhook(db: Db, owned: Owned, cursor: string): Promise<WebhookRecord | null> {
  return changed(
    db,
    owned,
    'webhook.redelivered',
    {
      ...{ cursor, generation: sql<number>`generation + 1`, failures: 0 },
      ...{ failing_since: null, last_status: null, last_try_at: null, next_try_at: null },
    },
    { cursor },
  );
}

/**
 * Gives a webhook a new signing secret. Those before it stay valid for `overlapSeconds`: deliveries are signed with all that are valid.
 * Null where the owner has none of that id.
 *
 * @throws SecretsTooMany, and what `webhooksOf` throws
 */
export function rotateSecret(db: Db, owned: Owned, overlapSeconds: number): Promise<WithSecret | null> {
  const secret = makeSecret();
  return change(db, async (access) => {
    await sql`select pg_advisory_xact_lock(hashtext(${owned.id}))`.execute(access);
    const webhook = await found(access, owned);
    if (webhook === null) return null;
    const ends = sql<string>`now() + make_interval(secs => ${overlapSeconds})`;
    await access
      .updateTable('webhook_secrets')
      .set({ expires_at: ends })
      .where('webhook', '=', owned.id)
      .where((when) => when.or([when('expires_at', 'is', null), when('expires_at', '>', ends)]))
      .execute();
    const valid = await access
      .selectFrom('webhook_secrets')
      .select('id')
      .where('webhook', '=', owned.id)
      .where('expires_at', '>', sql<string>`now()`)
      .execute();
    if (valid.length >= SECRETS_PER_WEBHOOK_MAX)
      throw new SecretsTooMany(
        `${owned.id} has ${valid.length} older secrets that are still valid: wait until one of them has expired, or rotate without an overlap`,
      );
    await access.insertInto('webhook_secrets').values({ webhook: owned.id, secret, expires_at: null }).execute();
    await note(access, owned, 'webhook.secret-rotated', { overlapSeconds });
    return { webhook, secret: secretText(secret) };
  });
}

/** Whether there was one of that id. Throws as `webhooksOf` does. */
export function deleteWebhook(db: Db, owned: Owned): Promise<boolean> {
  return change(db, async (access) => {
    const { numDeletedRows } = await access
      .deleteFrom('webhooks')
      .where('id', '=', owned.id)
      .where('owner', '=', owned.owner.id)
      .executeTakeFirst();
    if (numDeletedRows === 0n) return false;
    await note(access, owned, 'webhook.deleted');
    return true;
  });
}

async function found(access: AccessDb, { owner, id }: Owned): Promise<WebhookRecord | null> {
  const row = await selectWebhooks(access)
    .where('webhooks.id', '=', id)
    .where('owner', '=', owner.id)
    .executeTakeFirst();
  return row === undefined ? null : webhookOf(row, Date.now());
}

function changed(
  db: Db,
  owned: Owned,
  action: AuditAction,
  ...[values, detail]: readonly [values: WebhookUpdate, detail?: Readonly<Record<string, unknown>>]
): Promise<WebhookRecord | null> {
  return change(db, async (access) => {
    const { numUpdatedRows } = await access
      .updateTable('webhooks')
      .set(values)
      .where('id', '=', owned.id)
      .where('owner', '=', owned.owner.id)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return null;
    await note(access, owned, action, detail);
    return found(access, owned);
  });
}

function note(
  access: AccessDb,
  { owner, id }: Owned,
  action: AuditAction,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  return noteChange(access, { actor: owner.name, action, subject: id, detail });
}
