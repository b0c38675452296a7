import { jest } from '@jest/globals';
import { startRealParts } from '@virtualchain/local';
import { kafkaHarness } from './kafka-hands.ts';
import { operationLogContract } from './operation-log.contract.ts';

jest.setTimeout(60_000);

operationLogContract('Kafka', async () => {
  const parts = await startRealParts({ need: ['kafka'] });
  return kafkaHarness(parts.kafka.brokers, async () => parts[Symbol.asyncDispose]());
});
