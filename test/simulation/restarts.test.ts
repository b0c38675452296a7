import { expect, test } from '@jest/globals';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { createMemoryLog } from '@virtualchain/operation-log';
import { MemoryProjection, MemoryStore } from '@virtualchain/projection';
import { project } from '@virtualchain/projector';
import { dumpOf } from './checks/oracle.ts';
import { simulate } from './simulate.ts';

const TOPIC = 'vchain.regtest.kv';

test('restart-at-every-record: a projector that is started again for each record of the log ends up the same', async () => {
  const { evidence, violations } = await simulate({ seed: 11, faultPlan: { firstBlock: 1 } });
  expect(violations).toEqual([]);
  const store = await MemoryStore.open(kvMachine({}, kvChain({ firstBlock: 1 })));
  const log = createMemoryLog();
  await log.ensureTopic(TOPIC);
  for (const record of evidence.records) {
    log.broker.inject(TOPIC, [record]);
    const stop = new AbortController();
    await project({
      log,
      topic: TOPIC,
      open: async () => new MemoryProjection(store),
      signal: stop.signal,
      events: {
        state: (state, error) => {
          expect(error).toBeNull();
          if (state === 'at-tip') stop.abort();
        },
        opened: () => undefined,
        advanced: () => undefined,
      },
    });
  }
  expect(dumpOf(store.fold)).toEqual(evidence.projections.find(({ name }) => name === 'kv')?.oracle);
}, 60_000);
