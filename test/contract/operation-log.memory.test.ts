import { expect, test } from '@jest/globals';
import { countingAmbience, createMemoryBroker, createMemoryLog, createOperationLog } from '@virtualchain/operation-log';
import { connect, hashOf, identityOf, readAll, spell } from './log-blocks.ts';
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

test('memory: what an older writer commits up to the fence is in the tail of the newer one', async () => {
  const topic = 'contract.fence';
  const broker = createMemoryBroker();
  const ambience = countingAmbience();
  const log = createOperationLog(broker, ambience);
  await log.ensureTopic(topic);
  const older = await log.openWriter(identityOf(topic));
  const overtaken = broker.reachedBy(async (step) => {
    if (step === 'fence' && older.tail.block === null) await older.append([connect('0')]);
  });
  const newer = await createOperationLog(overtaken, ambience).openWriter(identityOf(topic));
  expect(newer.tail).toMatchObject({ epoch: 2, sequence: 5, block: { hash: hashOf('0') } });
  await newer.append([connect('0a')]);
  const changes = await readAll(log, topic);
  expect(changes.map((change) => spell(change, ['0', '0a']))).toEqual(['+0', '+0a']);
});
