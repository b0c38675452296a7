import type { WebhookRecord } from '@virtualchain/access';
import type { WebhookReport } from './status-report.ts';

/** What is told of a webhook, wherever that was read. */
export interface ToldWebhook
  extends Pick<
    WebhookRecord,
    | 'id'
    | 'chain'
    | 'machine'
    | 'url'
    | 'isPaused'
    | 'deliveries'
    | 'failures'
    | 'failingSince'
    | 'lastStatus'
    | 'nextTryAt'
  > {
  readonly owner: string | null;
  readonly isOwnerValid: boolean;
  readonly behindEntries: number | null;
}

/** The line of a webhook in the status. */
export function webhookReport(webhook: ToldWebhook): WebhookReport {
  const { id, owner, chain, machine, url, behindEntries, deliveries, failures } = webhook;
  const { failingSince, lastStatus, nextTryAt } = webhook;
  return {
    ...{ id, owner, chain, machine, origin: new URL(url).origin },
    state: stateOf(webhook),
    ...{ behindEntries, deliveries, failures, failingSince, lastStatus, nextTryAt },
  };
}

function stateOf({ isPaused, isOwnerValid, failures }: ToldWebhook): WebhookReport['state'] {
  if (isPaused) return 'paused';
  if (!isOwnerValid) return 'owner not valid';
  return failures > 0 ? 'failing' : 'delivering';
}
