import type { Selectable } from 'kysely';
import { type AccessDb, isoOf, isoOrNull } from '../schema/access-db.ts';

/** What a webhook is registered with. */
export interface WebhookWish {
  readonly chain: string;
  readonly machine: string;
  /** Where entries are posted to. */
  readonly url: string;
  /** Of operations; null lets all through. */
  readonly filter: string | null;
  /** Whether blocks are told of of which there is nothing else to say. */
  readonly blocks: boolean;
  /** How deep a block has to be before it is told of. */
  readonly confirmations: number;
  /** `start`, or a cursor of the feed: everything up to it is done with. */
  readonly cursor: string;
}

/** A webhook, without its signing secrets. Times are ISO 8601. */
export interface WebhookRecord extends WebhookWish {
  readonly id: string;
  /** The name of the token that it belongs to, and whether that is valid still. */
  readonly owner: string;
  readonly isOwnerValid: boolean;
  readonly createdAt: string;
  readonly isPaused: boolean;
  /** Counts how often it was begun anew from a cursor. */
  readonly generation: number;
  /** How often something was delivered. */
  readonly deliveries: number;
  readonly deliveredAt: string | null;
  /** Tries in a row that failed, and since when; what the last try came to, and when the next one is due. */
  readonly failures: number;
  readonly failingSince: string | null;
  readonly lastStatus: string | null;
  readonly lastTryAt: string | null;
  readonly nextTryAt: string | null;
}

/** All webhooks with their owners, for a condition to be added. */
export function selectWebhooks(access: AccessDb) {
  return access
    .selectFrom('webhooks')
    .innerJoin('tokens', 'tokens.id', 'webhooks.owner')
    .selectAll('webhooks')
    .select(['tokens.name as owner_name', 'tokens.expires_at', 'tokens.revoked_at']);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectWebhooks>['execute']>>[number];

/** A row as the record that it is. */
export function webhookOf(row: Selectable<Row>, now: number): WebhookRecord {
  const { id, chain, machine, url, filter, blocks, confirmations, cursor, generation, failures } = row;
  const isExpired = row.expires_at !== null && Date.parse(isoOf(row.expires_at)) <= now;
  return {
    ...{ id, chain, machine, url, filter, blocks, confirmations, cursor, generation, failures },
    owner: row.owner_name,
    isOwnerValid: row.revoked_at === null && !isExpired,
    createdAt: isoOf(row.created_at),
    isPaused: row.is_paused,
    deliveries: Number(row.deliveries),
    deliveredAt: isoOrNull(row.delivered_at),
    failingSince: isoOrNull(row.failing_since),
    lastStatus: row.last_status,
    lastTryAt: isoOrNull(row.last_try_at),
    nextTryAt: isoOrNull(row.next_try_at),
  };
}
