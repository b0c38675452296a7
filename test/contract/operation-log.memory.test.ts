import { expect, test } from '@jest/globals';
import {
  type Broker,
  countingIds,
  createMemoryBroker,
  createMemoryLog,
  createOperationLog,
} from '@virtualchain/operation-log';
import { connect, disconnect, hashOf, identityOf, readAll, spell } from './log-blocks.ts';
import { operationLogContract } from './operation-log.contract.ts';

operationLogContract('memory', async () => {
  const broker = createMemoryBroker();
  const clockAndIds = countingIds();
  return {
    open: async () => createMemoryLog(broker, clockAndIds),
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
  const clockAndIds = countingIds();
  const log = createOperationLog(broker, clockAndIds);
  await log.ensureTopic(topic);
  const older = await log.openWriter(identityOf(topic));
  const overtaken = broker.reachedBy(async (step) => {
    if (step === 'fence' && older.tail.block === null) await older.append([connect('0')]);
  });
  const newer = await createOperationLog(overtaken, clockAndIds).openWriter(identityOf(topic));
  expect(newer.tail).toMatchObject({ epoch: 2, sequence: 5, block: { hash: hashOf('0') } });
  await newer.append([connect('0a')]);
  const changes = await readAll(log, topic);
  expect(changes.map((change) => spell(change, ['0', '0a']))).toEqual(['+0', '+0a']);
});

test('log-regrown-past-the-reader: a cut that was overgrown is told from a gap', async () => {
  const topic = 'contract.regrown';
  const log = createMemoryLog();
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  for (const name of ['0', '0a', '0ab', '0aba']) await writer.append([connect(name)]); // a marker after each
  const reading = log.read(topic, { after: null })[Symbol.asyncIterator]();
  await reading.next();
  log.broker.cutTail(topic, 3n);
  await using next = await log.openWriter(identityOf(topic));
  const names = ['0', '0a', '0ab', '0aba', '0abac', '0abacd', '0abacde'];
  await next.append(names.map((name) => connect(name))); // one marker for all: sequences run ahead of the offsets
  await expect(reading.next()).rejects.toMatchObject({ remedy: 'rewind' });
});

test('marker-lost-behind-the-reader: the record that stands in its place is read, and no gap is seen', async () => {
  const topic = 'contract.marker';
  const log = createMemoryLog();
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  await writer.append([connect('0')]);
  const reading = log.read(topic, { after: null })[Symbol.asyncIterator]();
  const { value } = await reading.next();
  log.broker.cutTail(topic, (value?.endOffset ?? 0n) - 1n); // the marker alone: every record is still there
  await writer.append([connect('0a'), connect('0ab')]);
  await expect(reading.next()).rejects.toMatchObject({ code: 'LOG_TRUNCATED', remedy: 'rewind' });
  const after = value?.changes.at(-1)?.cursor ?? null;
  expect((await readAll(log, topic, after)).map((change) => spell(change, ['0a', '0ab']))).toEqual(['+0a', '+0ab']);
});

test('cut-in-mid-repetition: the tail is the highest sequence, not the last record', async () => {
  const topic = 'contract.repeated';
  const log = createMemoryLog();
  await log.ensureTopic(topic);
  {
    await using writer = await log.openWriter(identityOf(topic));
    await writer.append([connect('0', 3)]);
    await writer.append([connect('0a', 3)]);
  }
  const { records } = await log.broker.fetch(topic, 0n, { maxWaitMs: 0 });
  const repeated = records.slice(2, 7).map(({ value }) => value); // block 0, and the beginning of 0a
  log.broker.inject(topic, repeated);
  expect(await log.tail(topic)).toMatchObject({ sequence: 10, block: { hash: hashOf('0a') } });
  await using next = await log.openWriter(identityOf(topic));
  await next.append([connect('0ab')]);
  const changes = await readAll(log, topic);
  expect(changes.map((change) => spell(change, ['0', '0a', '0ab']))).toEqual(['+0', '+0a', '+0ab']);
});

test('tail-lost-while-opening: what was read of the tail is not what the writer goes on from', async () => {
  const topic = 'contract.opening';
  const broker = createMemoryBroker();
  const clockAndIds = countingIds();
  const log = createOperationLog(broker, clockAndIds);
  await log.ensureTopic(topic);
  {
    await using writer = await log.openWriter(identityOf(topic));
    for (const name of ['0', '0a', '0ab']) await writer.append([connect(name)]);
  }
  const losing = broker.reachedBy(async (step) => {
    if (step === 'send') broker.cutTail(topic, 6n);
  });
  await expect(createOperationLog(losing, clockAndIds).openWriter(identityOf(topic))).rejects.toMatchObject({
    code: 'LOG_TRUNCATED',
  });
  await using next = await log.openWriter(identityOf(topic));
  expect(next.tail).toMatchObject({ block: { hash: hashOf('0') } });
});

test('replaced-after-its-commit: the tail after a disconnect is its own, and not what a newer writer made of it', async () => {
  const topic = 'contract.replaced';
  const broker = createMemoryBroker();
  const clockAndIds = countingIds();
  const log = createOperationLog(broker, clockAndIds);
  await log.ensureTopic(topic);
  let replace = false;
  const slow = broker.reachedBy(async (step) => {
    if (!replace || step !== 'after-commit') return;
    replace = false;
    await using next = await log.openWriter(identityOf(topic));
    await next.append([connect('0b')]);
  });
  await using writer = await createOperationLog(slow, clockAndIds).openWriter(identityOf(topic));
  await writer.append([connect('0'), connect('0a')]);
  replace = true;
  await expect(writer.append([disconnect('0a')])).rejects.toMatchObject({ code: 'WRITER_FENCED', remedy: 'retry' });
});

test.each([
  ['empty', []],
  ['filled', ['0', '0b', '0ba', '0bab']],
])(
  'topic-created-again-while-it-is-read, %s: the branch is read again, and no gap is seen in it',
  async (how, names) => {
    const topic = `contract.again.${how}`;
    const broker = createMemoryBroker();
    const clockAndIds = countingIds();
    const log = createOperationLog(broker, clockAndIds);
    await log.ensureTopic(topic);
    let armed = false;
    const slow: Broker = {
      ...broker,
      async fetch(of, offset, options) {
        if (armed && offset === 0n) {
          armed = false;
          broker.recreateTopic(topic);
          await using next = names.length === 0 ? null : await log.openWriter(identityOf(topic));
          await next?.append(names.map((name) => connect(name)));
        }
        return broker.fetch(of, offset, options);
      },
    };
    await using writer = await createOperationLog(slow, clockAndIds).openWriter(identityOf(topic));
    // More records than the first step back reads: the topic changes before the last one.
    const long = Array.from({ length: 300 }, (_, index) => `0${'a'.repeat(index)}`);
    await writer.append(long.map((name) => connect(name)));
    armed = true;
    await expect(Array.fromAsync(writer.branch())).rejects.toMatchObject({ code: 'LOG_TRUNCATED', remedy: 'rewind' });
  },
);

test('tail-lost-after-a-commit: a writer whose disconnect is gone again does not go on', async () => {
  const topic = 'contract.gone';
  const broker = createMemoryBroker();
  const clockAndIds = countingIds();
  let cutAt: bigint | null = null;
  const losing = broker.reachedBy(async (step) => {
    if (cutAt !== null && step === 'after-commit') broker.cutTail(topic, cutAt);
  });
  const log = createOperationLog(losing, clockAndIds);
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identityOf(topic));
  await writer.append([connect('0'), connect('0a'), connect('0ab')]);
  cutAt = 6n; // amid the second block
  await expect(writer.append([disconnect('0ab')])).rejects.toMatchObject({ code: 'LOG_TRUNCATED' });
  cutAt = null;
  await using next = await log.openWriter(identityOf(topic));
  expect(next.tail).toMatchObject({ block: { hash: hashOf('0') } });
});
