import { type CarriedWebhook, readWebhooks } from '@virtualchain/access';
import type { MachineInstance } from '@virtualchain/projection';
import type { FeedSources } from '@virtualchain/subscriptions';
import { WEBHOOKS_LOOK_MS } from '../limits.ts';
import { Courier, type CourierOptions } from './courier.ts';
import type { WebhookState, WebhooksReport } from './webhooks-report.ts';

/** What webhooks are carried with. */
export interface CarryOptions extends Omit<CourierOptions, 'feed' | 'onOutcome' | 'onProblem'> {
  readonly instances: readonly MachineInstance[];
  readonly feeds: FeedSources;
  readonly report: WebhooksReport;
  readonly signal: AbortSignal;
  /** Hears of a database that is away; it is asked again. */
  readonly onRetry: (error: unknown) => void;
}

interface Running {
  readonly courier: Courier;
  readonly stop: AbortController;
  readonly done: Promise<void>;
}

/** Carries all webhooks until the signal, each by a courier of its own, and takes what their owners change within a second. */
export async function carryWebhooks(options: CarryOptions): Promise<void> {
  const { db, clock, report, signal, onRetry } = options;
  const running = new Map<string, Running>();
  try {
    while (!signal.aborted) {
      try {
        const webhooks = await readWebhooks(db);
        await arrange(options, running, webhooks);
        report.saw(webhooks.map((webhook) => standingOf(options, webhook, running.get(webhook.id)?.courier ?? null)));
      } catch (error) {
        onRetry(error);
      }
      await clock.sleep(WEBHOOKS_LOOK_MS, signal);
    }
  } finally {
    await Promise.all(Array.from(running.values(), ({ done }) => done));
  }
}

/** Ends the couriers of webhooks that are gone, paused or begun anew, and begins those that are missing. */
async function arrange(
  options: CarryOptions,
  running: Map<string, Running>,
  webhooks: readonly CarriedWebhook[],
): Promise<void> {
  const wanted = new Map(
    webhooks.filter((webhook) => stateOf(options, webhook) === null).map((each) => [each.id, each]),
  );
  for (const [id, { courier, stop }] of running) if (wanted.get(id)?.generation !== courier.generation) stop.abort(); // it leaves the list when it has ended
  for (const webhook of wanted.values()) {
    const known = running.get(webhook.id);
    if (known !== undefined) await known.courier.update(webhook);
    else begin(options, running, webhook);
  }
}

function begin(options: CarryOptions, running: Map<string, Running>, webhook: CarriedWebhook): void {
  const { feeds, report, signal } = options;
  const instance = instanceOf(options, webhook) as MachineInstance;
  const courier = new Courier(webhook, {
    ...options,
    feed: () => feeds.of(instance),
    onOutcome: report.outcome,
    onProblem: report.problem,
  });
  const stop = new AbortController();
  const done = courier.run(AbortSignal.any([signal, stop.signal])).finally(() => running.delete(webhook.id));
  running.set(webhook.id, { courier, stop, done });
}

function instanceOf({ instances }: CarryOptions, { chain, machine }: CarriedWebhook): MachineInstance | undefined {
  return instances.find((instance) => instance.chain.name === chain && instance.machine.name === machine);
}

/** Why a webhook is not carried; null for one that is. */
function stateOf(options: CarryOptions, webhook: CarriedWebhook): WebhookState | null {
  if (webhook.isPaused) return 'paused';
  if (!webhook.isOwnerValid) return 'owner not valid';
  return instanceOf(options, webhook) === undefined ? 'machine not known' : null;
}

function standingOf(options: CarryOptions, webhook: CarriedWebhook, courier: Courier | null) {
  const behindEntries = courier?.behindEntries ?? null;
  const problem = courier?.problem ?? null;
  const state = stateOf(options, webhook) ?? carriedState(webhook, { behindEntries, problem });
  return { webhook, state, behindEntries, problem };
}

function carriedState(
  { failures }: CarriedWebhook,
  { behindEntries, problem }: { readonly behindEntries: number | null; readonly problem: string | null },
): WebhookState {
  if (problem !== null) return 'stuck';
  if (failures > 0) return 'failing';
  return behindEntries === 0 ? 'at the end' : 'delivering';
}
