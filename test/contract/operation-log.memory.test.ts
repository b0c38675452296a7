import { countingAmbience, createMemoryBroker, createMemoryLog } from '@virtualchain/operation-log';
import { operationLogContract } from './operation-log.contract.ts';

operationLogContract('memory', async () => {
  const broker = createMemoryBroker();
  const ambience = countingAmbience();
  return {
    open: async () => createMemoryLog(broker, ambience),
    inject: async (topic, events, fate) => broker.inject(topic, events, fate),
    injectOpen: async (topic, events) => {
      const open = broker.injectOpen(topic, events);
      return { settle: async (fate) => open.settle(fate) };
    },
    recreate: async (topic, keptRecords) => {
      const { records } = await broker.fetch(topic, 0n, { maxWaitMs: 0, maxBytes: 100_000_000 });
      broker.recreateTopic(topic);
      if (keptRecords > 0)
        broker.inject(
          topic,
          records.slice(0, keptRecords).map(({ value }) => value),
        );
    },
    close: async () => undefined,
  };
});
