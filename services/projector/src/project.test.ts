import { expect, test } from '@jest/globals';
import type { Clock } from '@virtualchain/kernel';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { createMemoryLog, type OperationLog } from '@virtualchain/operation-log';
import { DatabaseUnavailable, MemoryProjection, MemoryStore, type Projection } from '@virtualchain/projection';
import { connectKv } from '../../../test/contract/kv-log.ts';
import { connect, disconnect, FIRST_BLOCK, hashOf, identityOf } from '../../../test/contract/log-blocks.ts';
import { type ProjectOptions, project } from './project.ts';

const TOPIC = 'vchain.regtest.kv';

/** The run loop. `sleep` stands in for its waits; nothing is left to chance. */
const run = (
  log: OperationLog,
  signal: AbortSignal,
  { sleep, ...options }: Pick<ProjectOptions, 'open' | 'events'> & Pick<Clock, 'sleep'>,
): Promise<void> => project({ log, topic: TOPIC, signal, clock: { sleep, jitter: () => 0 }, ...options });

test('fault-while-the-database-is-away: the run goes on, and the fault is recorded once it can be', async () => {
  const chain = kvChain({});
  const store = await MemoryStore.open(kvMachine({}, chain));
  const log = createMemoryLog();
  await log.ensureTopic(TOPIC);
  log.broker.inject(TOPIC, [new Uint8Array([1, 2, 3])]); // no event: halts whoever reads it
  const stop = new AbortController();
  let failures = 2;
  const states: string[] = [];
  const open = async (): Promise<Projection> => {
    const projection = new MemoryProjection(store);
    const setFault = projection.setFault.bind(projection);
    projection.setFault = async (fault, from) => {
      failures -= 1;
      if (failures >= 0) throw new DatabaseUnavailable(new Error('connection terminated'));
      await setFault(fault, from);
      stop.abort();
    };
    return projection;
  };
  await run(log, stop.signal, {
    open,
    sleep: async () => undefined,
    events: { state: (state) => void states.push(state), opened: () => undefined, advanced: () => undefined },
  });
  expect(store.checkpoint.fault?.code).toBe('RECORD_INVALID');
  expect(states).toContain('retrying');
});

test('a-whole-send-repeated: a projector that starts between the two copies takes the second one for what it is', async () => {
  const store = await MemoryStore.open(kvMachine({}, kvChain({ firstBlock: FIRST_BLOCK })));
  const log = createMemoryLog();
  await log.ensureTopic(TOPIC);
  const names = Array.from({ length: 200 }, (_, index) => `0${'a'.repeat(index)}`);
  {
    await using writer = await log.openWriter(identityOf(TOPIC));
    await writer.append(names.map((name) => connect(name, 0)));
  }
  const untilTip = async (): Promise<string[]> => {
    const stop = new AbortController();
    const errors: string[] = [];
    await run(log, stop.signal, {
      open: async () => new MemoryProjection(store),
      sleep: async () => stop.abort(),
      events: {
        state(state, error) {
          if (error !== null) errors.push(error.code);
          if (state === 'at-tip') stop.abort();
        },
        opened: () => undefined,
        advanced: () => undefined,
      },
    });
    return errors;
  };
  expect(await untilTip()).toEqual([]);
  const { records } = await log.broker.fetch(TOPIC, 0n, { maxWaitMs: 0 });
  const [, , ...blocks] = records.map(({ value }) => value);
  log.broker.inject(TOPIC, blocks);
  expect(await untilTip()).toEqual([]);
  expect(store.checkpoint.cursor?.hash).toBe(hashOf(names.at(-1) ?? ''));
});

test('poison-amid-a-batch: the machine stands at the block before the one that it faults at', async () => {
  const kv = kvMachine({}, kvChain({ firstBlock: FIRST_BLOCK }));
  const poisoned = hashOf('0aa');
  const machine: typeof kv = {
    ...kv,
    decide(operation, context, state) {
      if (context.block.hash === poisoned) throw new TypeError('poison');
      return kv.decide(operation, context, state);
    },
  };
  const store = await MemoryStore.open(machine);
  const log = createMemoryLog();
  await log.ensureTopic(TOPIC);
  {
    await using writer = await log.openWriter(identityOf(TOPIC));
    await writer.append(['0', '0b'].map((name) => connect(name, 0)));
    await writer.append([disconnect('0b'), connect('0a', 0), connectKv('0aa', ['alice +a']), connect('0aaa', 0)]);
  }
  const stop = new AbortController();
  await run(log, stop.signal, {
    open: async () => new MemoryProjection(store),
    sleep: async () => stop.abort(),
    events: { state: () => undefined, opened: () => undefined, advanced: () => undefined },
  });
  expect(store.checkpoint).toMatchObject({
    cursor: { hash: hashOf('0a') },
    status: 'faulted',
    fault: { code: 'MACHINE_FAULTED', height: FIRST_BLOCK + 2 },
  });
});
