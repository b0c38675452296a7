import type { Admin, Kafka } from 'kafkajs';
import { BrokerUnavailable, TopicMisconfigured } from '../errors.ts';
import { ADMIN_RETRY, CREATE_LIMIT_MS, REPLICATION_FACTOR_MAX } from '../limits.ts';
import { kafkajs } from './kafkajs.ts';

/** What the contract of the log wants of its topic; a log that forgets is no log. */
const SETTINGS: Readonly<Record<string, string>> = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
  'max.message.bytes': String(16 * 1024 * 1024),
};

/** Creates the topic with one partition and these settings, or compares it with them. */
export async function ensureKafkaTopic(kafka: Kafka, topic: string, replicationFactor: number | null): Promise<void> {
  const admin = kafka.admin({ retry: ADMIN_RETRY });
  try {
    await admin.connect();
    const { brokers } = await answered(topic, () => admin.describeCluster());
    await admin.createTopics({
      waitForLeaders: true,
      timeout: CREATE_LIMIT_MS,
      topics: [
        {
          topic,
          numPartitions: 1,
          replicationFactor: replicationFactor ?? Math.min(REPLICATION_FACTOR_MAX, brokers.length),
          configEntries: Object.entries(SETTINGS).map(([name, value]) => ({ name, value })),
        },
      ],
    });
    const differences = await findDifferences(admin, topic);
    if (differences.length > 0) throw new TopicMisconfigured(topic, differences);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

async function findDifferences(admin: Admin, topic: string): Promise<string[]> {
  const differences: string[] = [];
  const { topics } = await answered(topic, () => admin.fetchTopicMetadata({ topics: [topic] }));
  const partitions = topics[0]?.partitions.length ?? 0;
  if (partitions !== 1) differences.push(`${partitions} partitions instead of 1`);
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs().ConfigResourceTypes.TOPIC, name: topic, configNames: Object.keys(SETTINGS) }],
  });
  const found = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]));
  for (const [name, wanted] of Object.entries(SETTINGS)) {
    const value = found.get(name);
    if (value !== wanted) differences.push(`${name}=${value ?? '(unknown)'} instead of ${wanted}`);
  }
  return differences;
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
