import { errorText } from '@virtualchain/kernel';
import type { Logger, Metrics } from '@virtualchain/process';

/** How a topic of a feed stands. `stuck`: it cannot be written, or the feed does not lead on from where it ends. */
export interface TopicStanding {
  readonly topic: string;
  readonly state: 'written' | 'stuck' | 'machine not known';
  /** A code where it is stuck. */
  readonly problem: string | null;
  /** Everything of the feed up to it is in the topic. */
  readonly cursor: string | null;
  readonly behindEntries: number | null;
}

/** Is told of what happens to topics of feeds; tells logs, metrics and `/status`. */
export interface TopicsReport {
  saw(standings: readonly TopicStanding[]): void;
  written(topic: string, entries: number): void;
  problem(topic: string, error: unknown): void;
  status(): readonly TopicStanding[];
}

/** A report that tells a logger, and metrics which it makes. */
export function createTopicsReport(logger: Logger, metrics: Metrics): TopicsReport {
  const labels = ['topic'] as const;
  const entries = metrics.counter({
    name: 'relay_topic_entries_total',
    help: 'Entries of feeds that were written to their topics',
    labels,
  });
  const behind = metrics.gauge({
    name: 'relay_topic_behind_entries',
    help: 'Entries of a feed that are not in its topic yet',
    labels,
  });
  const stuck = metrics.gauge({
    name: 'relay_topic_stuck',
    help: '1 where the topic of a feed cannot be written',
    labels,
  });
  const said = new Map<string, string>();
  let known: readonly TopicStanding[] = [];
  return {
    saw(standings) {
      known = standings;
      for (const { topic, behindEntries, state } of standings) {
        if (behindEntries !== null) behind.set({ topic }, behindEntries);
        stuck.set({ topic }, state === 'written' ? 0 : 1);
      }
    },
    written(topic, count) {
      entries.inc({ topic }, count);
      if (said.delete(topic)) logger.info({ topic }, 'the topic of the feed is written again');
    },
    problem(topic, error) {
      const text = errorText(error);
      if (said.get(topic) === text) return; // the same is not said again
      said.set(topic, text);
      logger.warn({ topic, err: error }, 'the topic of a feed cannot be written; it is tried again');
    },
    status: () => known,
  };
}
