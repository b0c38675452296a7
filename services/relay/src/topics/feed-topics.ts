import type { Clock } from '@virtualchain/kernel';
import type { Broker } from '@virtualchain/operation-log';
import type { MachineInstance, Registry } from '@virtualchain/projection';
import type { FeedSources } from '@virtualchain/subscriptions';
import { TOPICS_LOOK_MS } from '../limits.ts';
import { FeedTopic } from './feed-topic.ts';
import type { TopicsReport } from './topics-report.ts';

/** Which feeds are written to topics, and where. */
export interface FeedTopicsOptions {
  readonly broker: Broker;
  /** As settings name them. */
  readonly machines: readonly MachineName[];
  /** `vchain.<network>.<chain>.<machine>.feed` */
  readonly topicOf: (machine: MachineName) => string;
  readonly report: TopicsReport;
}

/** A machine by its name, and that of its chain. */
export interface MachineName {
  readonly chain: string;
  readonly machine: string;
}

/** Writes the feeds of these machines to topics until the signal, each by itself. One whose machine is not live is told of, and waited for. */
export async function writeFeedTopics(
  { broker, machines, topicOf, report }: FeedTopicsOptions,
  {
    registry,
    feeds,
    instances,
    clock,
    signal,
  }: {
    readonly registry: Registry;
    readonly feeds: FeedSources;
    readonly instances: readonly MachineInstance[];
    readonly clock: Clock;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const topics = machines.map((named) => {
    const instance = instances.find(
      ({ chain, machine }) => chain.name === named.chain && machine.name === named.machine,
    );
    const topic = topicOf(named);
    if (instance === undefined) return { topic, writer: null };
    const { written: onWritten, problem: onProblem } = report;
    const feed = () => feeds.of(instance);
    return { topic, writer: new FeedTopic({ topic, broker, registry, clock, feed, onWritten, onProblem }) };
  });
  const writing = Promise.all(topics.map(({ writer }) => writer?.run(signal)));
  while (!signal.aborted) {
    report.saw(
      topics.map(({ topic, writer }) => ({
        topic,
        state: writer === null ? 'machine not known' : writer.problem === null ? 'written' : 'stuck',
        problem: writer?.problem ?? null,
        cursor: writer?.cursor ?? null,
        behindEntries: writer?.behindEntries ?? null,
      })),
    );
    await clock.sleep(TOPICS_LOOK_MS, signal);
  }
  await writing;
}
