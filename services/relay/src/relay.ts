import { type Clock, wallClock } from '@virtualchain/kernel';
import type { Logger } from '@virtualchain/process';
import type { Db, Registry } from '@virtualchain/projection';
import { awaitLiveMachines, FeedSources, type Modules, untilOthersLive } from '@virtualchain/subscriptions';
import type { Policy } from '@virtualchain/webhooks';
import { type FeedTopicsOptions, writeFeedTopics } from './topics/feed-topics.ts';
import { carryWebhooks } from './webhooks/carry-webhooks.ts';
import { createLanes } from './webhooks/lanes.ts';
import type { WebhooksReport } from './webhooks/webhooks-report.ts';

/** What is delivered, and from where. */
export interface RelayOptions {
  readonly registry: Registry;
  /** The database of tokens and webhooks. */
  readonly db: Db;
  readonly network: string;
  readonly modules: Modules;
  readonly policy: Policy;
  readonly deliveriesAtOnce: number;
  readonly logger: Logger;
  readonly report: WebhooksReport;
  /** Feeds that are written to topics of Kafka as well. */
  readonly topics?: FeedTopicsOptions;
  /** How waits are waited out: by the wall's clock when absent. */
  readonly clock?: Clock;
  /** How long a receiver is waited for; the usual time when absent. */
  readonly timeoutMs?: number;
}

/** Delivers until the signal. When other machines are live, or with other rules, everything is begun anew from its cursors. */
export async function relay(options: RelayOptions, signal: AbortSignal): Promise<void> {
  const { registry, db, network, logger, report, policy, clock = wallClock, timeoutMs } = options;
  const lanes = createLanes(options.deliveriesAtOnce);
  const onRetry = (error: unknown): void => logger.warn({ err: error }, 'a read failed; it is tried again');
  while (!signal.aborted) {
    const live = await awaitLiveMachines({ registry, network, modules: options.modules, signal, onRetry });
    if (live === null) return;
    logger.info(
      { machines: live.instances.map(({ chain, machine }) => `${chain.name}/${machine.name}`) },
      'delivering',
    );
    const round = new AbortController();
    const over = AbortSignal.any([signal, round.signal]);
    const feeds = new FeedSources({ registry, signal: over, onRetry });
    const carrying = carryWebhooks({
      ...{ registry, db, lanes, policy, feeds, report, onRetry },
      ...{ instances: live.instances, clock, signal: over },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    const { topics } = options;
    const { instances } = live;
    const writing =
      topics === undefined ? null : writeFeedTopics(topics, { registry, feeds, instances, clock, signal: over });
    const working = Promise.all([carrying, writing]);
    await Promise.race([working, untilOthersLive({ registry, network, signal: over }, live.key)]);
    round.abort();
    await working;
  }
}
