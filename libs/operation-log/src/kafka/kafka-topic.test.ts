import { expect, test } from '@jest/globals';
import type { Admin, Kafka } from 'kafkajs';
import { ensureKafkaTopic } from './kafka-topic.ts';

/** As kafkajs takes the answer of a cluster apart: `withBroker` of its pool gives null where no broker answered. */
const takeApart = async (): Promise<never> => {
  const { brokers } = (await Promise.resolve(null)) as unknown as { readonly brokers: never };
  return brokers;
};

/** A client whose broker went away between its connection and this request. */
function clientWithout(request: 'describeCluster' | 'fetchTopicMetadata'): Kafka {
  const admin: Partial<Admin> = {
    connect: async () => undefined,
    disconnect: async () => undefined,
    describeCluster: async () => ({ brokers: [], controller: 1, clusterId: 'c' }),
    createTopics: async () => false,
    fetchTopicMetadata: async () => ({ topics: [] }),
    [request]: takeApart,
  };
  return { admin: () => admin } as Kafka;
}

test.each(['describeCluster', 'fetchTopicMetadata'] as const)(
  'broker-gone-while-the-topic-is-checked: no answer to %s is a failure that passes, not a bug',
  async (request) => {
    const failure = { code: 'BROKER_UNAVAILABLE', remedy: 'retry' };
    await expect(
      ensureKafkaTopic(clientWithout(request), 'topic', { replicationFactor: null, onWeakTopic: undefined }),
    ).rejects.toMatchObject(failure);
  },
);
