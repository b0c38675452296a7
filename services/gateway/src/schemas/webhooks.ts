import type { WebhookRecord } from '@virtualchain/access';
import { Type } from 'typebox';
import { CONFIRMATIONS_MAX } from '../limits.ts';
import { nullable } from './common.ts';
import { subscriptionQuery } from './entries.ts';

const { from, after, filter } = subscriptionQuery;
const time = Type.String({ description: 'ISO 8601' });

/** Where deliveries begin: as of a subscription. */
export const StartWish = Type.Object({ from, after }, { additionalProperties: false });

/** What a webhook is registered with. */
export const WebhookWish = Type.Object(
  {
    url: Type.String({
      minLength: 1,
      maxLength: 2_048,
      description: 'https:// and public, unless the operator allows more',
    }),
    chain: Type.String({ minLength: 1, maxLength: 256 }),
    machine: Type.String({ minLength: 1, maxLength: 256 }),
    ...{ from, after, filter },
    blocks: Type.Boolean({
      default: true,
      description: 'false leaves out what is said of blocks alone; retractions are always told',
    }),
    confirmations: Type.Integer({
      ...{ minimum: 1, maximum: CONFIRMATIONS_MAX, default: 1 },
      description: 'how deep a block has to be; what is undone before is never told',
    }),
  },
  { additionalProperties: false },
);

/** A webhook as its owner sees it. */
export const Webhook = Type.Object({
  ...{ id: Type.String(), chain: Type.String(), machine: Type.String(), url: Type.String() },
  filter: nullable(Type.String()),
  blocks: Type.Boolean(),
  confirmations: Type.Integer(),
  createdAt: time,
  isPaused: Type.Boolean(),
  generation: Type.Integer({ description: 'counts how often it was begun anew from a cursor' }),
  cursor: Type.String({
    description: 'everything up to it is done with; start before the first delivery from the start',
  }),
  deliveries: Type.Integer({ description: 'how many were accepted' }),
  deliveredAt: nullable(time),
  failures: Type.Integer({ description: 'tries in a row that failed' }),
  failingSince: nullable(time),
  lastStatus: nullable(Type.String({ description: 'what the last try came to, such as HTTP_204 or TIMEOUT' })),
  lastTryAt: nullable(time),
  nextTryAt: nullable(time),
});

/** The same with the signing secret. */
export const WebhookWithSecret = Type.Object({
  webhook: Webhook,
  secret: Type.String({ description: 'whsec_…: what the receiver checks signatures with; it is not shown again' }),
});

export function webhookJson({ owner, isOwnerValid, ...webhook }: WebhookRecord): Readonly<Record<string, unknown>> {
  return webhook;
}
