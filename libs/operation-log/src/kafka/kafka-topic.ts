import type { Admin, Kafka, PartitionMetadata } from 'kafkajs';
import { BrokerUnavailable, TopicMisconfigured } from '../errors.ts';
import { ADMIN_RETRY, CREATE_LIMIT_MS, IN_SYNC_REPLICAS, REPLICATION_FACTOR_MAX } from '../limits.ts';
import { kafkaErrorType } from './kafka-errors.ts';
import { kafkajs } from './kafkajs.ts';

/** What the contract of the log wants of its topic; a log that forgets is no log. */
const SETTINGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'max.message.bytes': String(16 * 1024 * 1024),
};

/** What a topic with three copies is created with: no broker that is lost takes acknowledged records with it. */
const DURABLE: Readonly<Record<string, string>> = {
  'min.insync.replicas': String(IN_SYNC_REPLICAS),
  'unclean.leader.election.enable': 'false',
};

interface TopicWishes {
  /** As many as there are brokers, at most three, where it is null. */
  readonly replicationFactor: number | null;
  readonly onWeakTopic: ((topic: string, weaknesses: readonly string[]) => void) | undefined;
}

/** Creates the topic with one partition and these settings, or compares it with them; then tells what is weak of it. */
export async function ensureKafkaTopic(
  kafka: Kafka,
  topic: string,
  { replicationFactor, onWeakTopic }: TopicWishes,
): Promise<void> {
  const admin = kafka.admin({ retry: ADMIN_RETRY });
  try {
    await admin.connect();
    let partitions = await partitionsIfThere(admin, topic);
    if (partitions.length === 0) {
      await createTopic(admin, topic, replicationFactor);
      partitions = await partitionsOf(admin, topic);
    }
    // From here on kafkajs asks for this topic alone. Without it, it asks for all, and fails where any of them has no leader.
    await admin.fetchTopicOffsets(topic);
    const differences = await findDifferences(admin, topic, partitions.length);
    if (differences.length > 0) throw new TopicMisconfigured(topic, differences);
    const weaknesses = onWeakTopic === undefined ? [] : await findWeaknesses(admin, topic, partitions);
    if (weaknesses.length > 0) onWeakTopic?.(topic, weaknesses);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** None of a topic that is not there. */
async function partitionsIfThere(admin: Admin, topic: string): Promise<readonly PartitionMetadata[]> {
  try {
    return await partitionsOf(admin, topic);
  } catch (error) {
    if (kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return [];
    throw error;
  }
}

/** As good as done where somebody else has created it meanwhile. */
async function createTopic(admin: Admin, topic: string, replicationFactor: number | null): Promise<void> {
  const { brokers } = await answered(topic, () => admin.describeCluster());
  const copies = replicationFactor ?? Math.min(REPLICATION_FACTOR_MAX, brokers.length);
  const settings = copies < REPLICATION_FACTOR_MAX ? SETTINGS : { ...SETTINGS, ...DURABLE };
  await admin.createTopics({
    waitForLeaders: true,
    timeout: CREATE_LIMIT_MS,
    topics: [
      {
        topic,
        numPartitions: 1,
        replicationFactor: copies,
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      },
    ],
  });
}

async function findDifferences(admin: Admin, topic: string, partitions: number): Promise<string[]> {
  const differences: string[] = [];
  if (partitions !== 1) differences.push(`${partitions} partitions instead of 1`);
  const found = await settingsOf(admin, topic, Object.keys(SETTINGS));
  for (const [name, wanted] of Object.entries(SETTINGS)) {
    const value = found.get(name);
    if (value !== wanted) differences.push(`${name}=${value ?? '(unknown)'} instead of ${wanted}`);
  }
  return differences;
}

/** What lets a broker that is lost take acknowledged records with it, each with what it should be. */
async function findWeaknesses(
  admin: Admin,
  topic: string,
  partitions: readonly PartitionMetadata[],
): Promise<readonly string[]> {
  const weaknesses: string[] = [];
  const copies = Math.min(...partitions.map(({ replicas }) => replicas.length));
  if (copies < REPLICATION_FACTOR_MAX) weaknesses.push(`${copies} replicas instead of ${REPLICATION_FACTOR_MAX}`);
  const found = await settingsOf(admin, topic, Object.keys(DURABLE));
  const inSync = found.get('min.insync.replicas');
  if (Number(inSync) < IN_SYNC_REPLICAS) {
    weaknesses.push(`min.insync.replicas=${inSync} instead of ${IN_SYNC_REPLICAS}: a commit waits for no other copy`);
  }
  if (found.get('unclean.leader.election.enable') !== 'false') {
    weaknesses.push('unclean.leader.election.enable=true instead of false: a broker that lacks records may lead');
  }
  return weaknesses;
}

async function partitionsOf(admin: Admin, topic: string): Promise<readonly PartitionMetadata[]> {
  const { topics } = await answered(topic, () => admin.fetchTopicMetadata({ topics: [topic] }));
  return topics[0]?.partitions ?? [];
}

async function settingsOf(admin: Admin, topic: string, configNames: string[]): Promise<ReadonlyMap<string, string>> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs().ConfigResourceTypes.TOPIC, name: topic, configNames }],
  });
  return new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
}

/**
 * What these two ask is asked of every broker that kafkajs knows, and when none answers it trips over a null of its own, as over
 * a bug: it is a failure that passes.
 */
async function answered<Answer>(topic: string, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof TypeError ? new BrokerUnavailable(topic, error) : error;
  }
}
