import type { Db } from '@virtualchain/projection';
import { sql } from 'kysely';
import { ask, askOr, type WebhookUpdate } from '../schema/access-db.ts';
import { selectWebhooks, type WebhookRecord, webhookOf } from './webhook-record.ts';

/** A webhook as the relay carries it: with the signing secrets that are valid now, newest first. */
export interface CarriedWebhook extends WebhookRecord {
  readonly secrets: readonly Uint8Array[];
}

/**
 * Where a webhook is that a relay knows. It is elsewhere once its owner has begun it anew from a cursor, or another relay has delivered
 * something.
 */
export type Carried = Pick<CarriedWebhook, 'id' | 'generation' | 'deliveries'>;

/** All webhooks. None where there are no tables yet. @throws DatabaseUnavailable, DatabaseRefused */
export async function readWebhooks(db: Db): Promise<readonly CarriedWebhook[]> {
  const [rows, secrets] = await askOr(db, [[], []] as const, async (access) => [
    await selectWebhooks(access).orderBy('webhooks.id').execute(),
    await access
      .selectFrom('webhook_secrets')
      .select(['webhook', 'secret'])
      .where((when) => when.or([when('expires_at', 'is', null), when('expires_at', '>', sql<string>`now()`)]))
      .orderBy('id', 'desc')
      .execute(),
  ]);
  const byWebhook = Map.groupBy(secrets, ({ webhook }) => webhook);
  const now = Date.now();
  return rows.map((row) => ({
    ...webhookOf(row, now),
    secrets: (byWebhook.get(row.id) ?? []).map(({ secret }) => secret),
  }));
}

/** How the webhooks stand, for whoever may not read their secrets. None where there are no tables yet. Throws as `readWebhooks` does. */
export async function readStandings(db: Db): Promise<readonly WebhookRecord[]> {
  const rows = await askOr(db, [], (access) => selectWebhooks(access).orderBy('webhooks.id').execute());
  return rows.map((row) => webhookOf(row, Date.now()));
}

/** Everything up to the cursor was delivered. @returns false where the webhook is gone or is elsewhere */
export function saveDelivered(
  db: Db,
  carried: Carried,
  { cursor, status }: { readonly cursor: string; readonly status: string },
) {
  return save(db, carried, {
    cursor,
    deliveries: sql<string>`deliveries + 1`,
    delivered_at: sql<string>`now()`,
    failures: 0,
    failing_since: null,
    last_status: status,
    last_try_at: sql<string>`now()`,
    next_try_at: null,
  });
}

/** There was nothing to deliver up to the cursor. @returns false where the webhook is gone or is elsewhere */
export function saveCursor(db: Db, carried: Carried, cursor: string): Promise<boolean> {
  return save(db, carried, { cursor });
}

/** A delivery failed and is tried again after `waitMs`. @returns false where the webhook is gone or is elsewhere */
export function saveFailure(
  db: Db,
  carried: Carried,
  { status, waitMs }: { readonly status: string; readonly waitMs: number },
) {
  return save(db, carried, {
    failures: sql<number>`failures + 1`,
    failing_since: sql<string>`coalesce(failing_since, now())`,
    last_status: status,
    last_try_at: sql<string>`now()`,
    next_try_at: sql<string>`now() + make_interval(secs => ${waitMs / 1_000})`,
  });
}

/** Another relay that took over meanwhile, or the owner, has the last word: what they changed is not written over. */
async function save(db: Db, { id, generation, deliveries }: Carried, values: WebhookUpdate): Promise<boolean> {
  const { numUpdatedRows } = await ask(db, (access) =>
    access
      .updateTable('webhooks')
      .set(values)
      .where('id', '=', id)
      .where('generation', '=', generation)
      .where('deliveries', '=', String(deliveries))
      .executeTakeFirst(),
  );
  return numUpdatedRows === 1n;
}
