import type { CarriedWebhook } from '@virtualchain/access';
import { errorText } from '@virtualchain/kernel';
import type { Logger, Metrics } from '@virtualchain/process';
import type { Outcome } from '@virtualchain/webhooks';

/** How a webhook stands. `stuck`: its feed cannot be read, or does not lead on from where it is. */
export type WebhookState =
  | 'at the end'
  | 'delivering'
  | 'failing'
  | 'stuck'
  | 'paused'
  | 'owner not valid'
  | 'machine not known';

const STATES: readonly WebhookState[] = [
  ...(['at the end', 'delivering', 'failing', 'stuck', 'paused', 'owner not valid', 'machine not known'] as const),
];

/** A webhook, and how it stands. */
export interface WebhookStanding {
  readonly webhook: CarriedWebhook;
  readonly state: WebhookState;
  readonly behindEntries: number | null;
  /** A code where it is stuck. */
  readonly problem: string | null;
}

/** Is told of what happens to webhooks; tells logs, metrics and `/status`. */
export interface WebhooksReport {
  /** How all of them stand. */
  saw(standings: readonly WebhookStanding[]): void;
  outcome(webhook: CarriedWebhook, outcome: Outcome, tookMs: number): void;
  problem(webhook: CarriedWebhook, error: unknown): void;
  status(): readonly unknown[];
  /** How often it was told how they stand. */
  looks(): number;
}

/** A report that tells a logger, and metrics which it makes. */
export function createWebhooksReport(logger: Logger, metrics: Metrics): WebhooksReport {
  const counts = metricsOf(metrics);
  /** What was said last of a webhook: the same is not said again. */
  const said = new Map<string, string>();
  let known: readonly WebhookStanding[] = [];
  let looks = 0;
  const sayOnce = (id: string, what: string, say: () => void): void => {
    if (said.get(id) === what) return;
    said.set(id, what);
    say();
  };
  return {
    saw(standings) {
      known = standings;
      looks += 1;
      for (const id of said.keys()) if (!standings.some(({ webhook }) => webhook.id === id)) said.delete(id);
      for (const state of STATES)
        counts.webhooks.set({ state }, standings.filter((standing) => standing.state === state).length);
      counts.behind.set(Math.max(0, ...standings.map(({ behindEntries }) => behindEntries ?? 0)));
      counts.failing.set(Math.max(0, ...standings.map(({ webhook: { failingSince } }) => secondsSince(failingSince))));
    },
    outcome(webhook, { isAccepted, status }, tookMs) {
      counts.deliveries.inc({ status });
      counts.seconds.observe(tookMs / 1_000);
      const told = { ...nameOf(webhook), status };
      if (!isAccepted) sayOnce(webhook.id, status, () => logger.warn(told, 'a delivery failed; it is tried again'));
      else if (said.delete(webhook.id)) logger.info(told, 'deliveries arrive again');
    },
    problem(webhook, error) {
      const text = errorText(error);
      sayOnce(webhook.id, text, () => logger.error({ ...nameOf(webhook), err: error }, 'a webhook cannot go on'));
    },
    status: () => known.map(standingJson),
    looks: () => looks,
  };
}

/** What of a webhook may be told to others than its owner: what stands behind its host may be a secret. */
function nameOf({ id, owner, chain, machine, url }: CarriedWebhook) {
  return { webhook: id, owner, chain, machine, origin: new URL(url).origin };
}

function standingJson({ webhook, state, behindEntries, problem }: WebhookStanding): unknown {
  const { cursor, deliveries, deliveredAt, failures, failingSince, lastStatus, lastTryAt, nextTryAt } = webhook;
  return {
    ...nameOf(webhook),
    ...{ state, problem, behindEntries, cursor, deliveries, deliveredAt },
    ...{ failures, failingSince, lastStatus, lastTryAt, nextTryAt },
  };
}

function secondsSince(time: string | null): number {
  return time === null ? 0 : Math.max(0, (Date.now() - Date.parse(time)) / 1_000);
}

function metricsOf(metrics: Metrics) {
  return {
    deliveries: metrics.counter({
      name: 'relay_deliveries_total',
      help: 'Tries to deliver to webhooks, by what they came to',
      labels: ['status'],
    }),
    seconds: metrics.histogram({
      name: 'relay_delivery_seconds',
      help: 'How long a try took',
      buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
    }),
    webhooks: metrics.gauge({ name: 'relay_webhooks', help: 'Webhooks by how they stand', labels: ['state'] }),
    behind: metrics.gauge({
      name: 'relay_webhook_behind_entries_max',
      help: 'Entries of its feed that the webhook farthest behind is behind',
    }),
    failing: metrics.gauge({
      name: 'relay_webhook_failing_seconds_max',
      help: 'For how long the webhook that fails the longest has failed',
    }),
  };
}
