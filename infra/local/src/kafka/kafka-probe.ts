import type { KafkaSecurity } from '@virtualchain/process';
import kafkajs from 'kafkajs';

/** Resolves if a client finds the cluster and a broker in it that answers. */
export async function probeKafka(brokers: readonly string[], security: KafkaSecurity = {}): Promise<void> {
  const kafka = new kafkajs.Kafka({
    brokers: [...brokers],
    clientId: 'vchain-probe',
    connectionTimeout: 30_000, // for a broker that hangs: one that is not there refuses at once
    requestTimeout: 30_000,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
    ...security,
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    if (cluster.brokers.length === 0) throw new Error('the cluster has no broker yet');
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
