import { expect, test } from '@jest/globals';
import type { OutgoingRecord } from '../broker.ts';
import { createMemoryBroker } from '../memory/memory.ts';
import { openOrderedTopic } from './ordered-topic.ts';

const record = (text: string): OutgoingRecord => ({
  ...{ key: '1', value: Buffer.from(text), type: 'entry', id: text, time: '2026-01-01T00:00:00.000Z' },
});
const textOf = (last: { readonly value: Uint8Array } | null) =>
  last === null ? null : Buffer.from(last.value).toString();

test('whoever opens it finds the last record, and the one before can write nothing more', async () => {
  const broker = createMemoryBroker();
  await using first = await openOrderedTopic(broker, 't', 't.relay');
  expect(first.last).toBeNull();
  await first.append(['a', 'b'].map(record));
  await first.append([record('c')]);
  await using second = await openOrderedTopic(broker, 't', 't.relay');
  expect(textOf(second.last)).toBe('c');
  await expect(first.append([record('d')])).rejects.toMatchObject({ code: 'WRITER_FENCED' });
  await expect(first.append([record('d')])).rejects.toMatchObject({ code: 'WRITER_SPENT' });
  await second.append([record('d')]);
  await using third = await openOrderedTopic(broker, 't', 't.relay');
  expect(textOf(third.last)).toBe('d');
});

test('what was aborted behind it does not count, however much it is', async () => {
  const broker = createMemoryBroker();
  await using first = await openOrderedTopic(broker, 't', 't.relay');
  await first.append([record('a')]);
  for (let i = 0; i < 30; i++)
    broker.inject(
      't',
      Array.from({ length: 20 }, () => Buffer.from('void')),
      'aborted',
    );
  await using second = await openOrderedTopic(broker, 't', 't.relay');
  expect(textOf(second.last)).toBe('a');
});

test('an acknowledgement that is lost: it is spent, and the next one finds what was written', async () => {
  const broker = createMemoryBroker();
  await using first = await openOrderedTopic(broker, 't', 't.relay');
  broker.failNext('after-commit', new Error('the answer is lost'));
  await expect(first.append([record('a')])).rejects.toThrow('the answer is lost');
  await expect(first.append([record('a')])).rejects.toMatchObject({ code: 'WRITER_SPENT' });
  await using second = await openOrderedTopic(broker, 't', 't.relay');
  expect(textOf(second.last)).toBe('a');
});

test('a record that no topic takes is refused before anything is written', async () => {
  const broker = createMemoryBroker();
  await using writer = await openOrderedTopic(broker, 't', 't.relay');
  const large = { ...record('a'), value: new Uint8Array(16 * 1024 * 1024) };
  await expect(writer.append([record('a'), large])).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' });
  await writer.append([record('b')]);
  await using second = await openOrderedTopic(broker, 't', 't.relay');
  expect(textOf(second.last)).toBe('b');
});
