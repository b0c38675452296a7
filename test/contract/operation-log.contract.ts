import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { blockHash } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import type { BranchBlock, LogChange, OperationLog } from '@virtualchain/operation-log';
import type { LogEvent } from '@virtualchain/protocol';
import {
  connect,
  disconnect,
  hashOf,
  identityOf,
  operationOf,
  placed,
  readAll,
  recordsOfBlock,
  spell,
} from './log-blocks.ts';

/** What a broker under test must offer beside the port: clients of its own, and hands that no client has. */
export interface LogHarness {
  /** A client of its own, as another process would have. */
  open(): Promise<OperationLog>;
  /** Writes past every fence, in one transaction. */
  inject(topic: string, events: readonly (LogEvent | Uint8Array)[], fate?: 'committed' | 'aborted'): Promise<void>;
  /** A transaction that stays open until it is settled. */
  injectOpen(
    topic: string,
    events: readonly LogEvent[],
  ): Promise<{ settle(fate: 'committed' | 'aborted'): Promise<void> }>;
  /** Deletes the topic and creates it with the first `records` of what it held, as a lost tail looks afterwards. */
  recreate(topic: string, keptRecords: number): Promise<void>;
  close(): Promise<void>;
}

const NAMES = ['0', '0a', '0b', '0ab', '0ac', '0aba', '0abc'];
const words = (changes: readonly LogChange[]) => changes.map((change) => spell(change, NAMES));

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error) => (error instanceof ExpectedError ? error.code : `unforeseen: ${error}`),
  );
}

async function branchOf(blocks: AsyncIterable<BranchBlock>): Promise<string[]> {
  const names = new Map(NAMES.map((name) => [hashOf(name), name]));
  const found: string[] = [];
  for await (const { hash } of blocks) found.push(names.get(hash) ?? hash);
  return found;
}

/** What every operation log must do, whatever broker is under it. */
export function operationLogContract(name: string, start: () => Promise<LogHarness>): void {
  describe(`operation log on ${name}`, () => {
    let harness: LogHarness;
    let log: OperationLog;
    let topics = 0;
    const run = Date.now().toString(36);
    async function newTopic(): Promise<string> {
      topics += 1;
      const topic = `contract.${run}.${topics}`;
      await log.ensureTopic(topic);
      return topic;
    }
    /** A topic with these entries in it, one transaction each, and its writer closed. */
    async function written(...entries: Parameters<Awaited<ReturnType<OperationLog['openWriter']>>['append']>[0][]) {
      const topic = await newTopic();
      await using writer = await log.openWriter(identityOf(topic));
      for (const transaction of entries) await writer.append(transaction);
      return { topic, tail: writer.tail, id: writer.tail.log };
    }

    beforeAll(async () => {
      harness = await start();
      log = await harness.open();
    }, 180_000);
    afterAll(async () => {
      await log?.close();
      await harness?.close();
    }, 60_000);

    test('what was appended is read back, block by block, in order', async () => {
      const { topic } = await written([connect('0', 2), connect('0a', 0)], [connect('0ab', 3)]);
      const changes = await readAll(log, topic);
      expect(words(changes)).toEqual(['+0', '+0a', '+0ab']);
      expect(changes.map((change) => (change.kind === 'connected' ? change.operations.length : 0))).toEqual([2, 0, 3]);
      expect(changes.map(({ cursor }) => cursor.sequence)).toEqual([5, 6, 10]);
    });

    test('a reader continues from every cursor', async () => {
      const { topic } = await written(
        [connect('0'), connect('0a')],
        [disconnect('0a'), connect('0b', 2)],
        [disconnect('0b')],
        [disconnect('0')],
        [connect('0')],
      );
      const all = await readAll(log, topic);
      expect(words(all)).toEqual(['+0', '+0a', '-0a', '+0b', '-0b', '-0', '+0']);
      for (const [index, change] of all.entries()) {
        expect(await readAll(log, topic, change.cursor)).toEqual(all.slice(index + 1));
      }
    });

    test('a reader that asks for little at a time reads the same, in more pieces', async () => {
      const { topic } = await written([connect('0', 20)], [connect('0a', 20)], [connect('0ab', 20)]);
      const pieces: string[][] = [];
      for await (const { changes } of log.read(topic, { after: null, untilEnd: true, fetchBytes: 1_000 }))
        if (changes.length > 0) pieces.push(words(changes));
      expect(pieces).toEqual([['+0'], ['+0a'], ['+0ab']]);
    });

    test('a cursor before the first record reads from the start, and of no other log', async () => {
      const { topic, id } = await written([connect('0'), connect('0a')]);
      const start = { log: id, epoch: 0, writer: '', sequence: 0, offset: -1n, height: null, hash: null };
      expect(words(await readAll(log, topic, start))).toEqual(['+0', '+0a']);
      expect(await codeOf(readAll(log, topic, { ...start, log: 'f'.repeat(32) }))).toBe('LOG_REPLACED');
    });

    test('a new writer continues where the log ends, and reads the branch backwards', async () => {
      const { topic, id } = await written([connect('0'), connect('0a'), disconnect('0a'), connect('0b')]);
      await using writer = await log.openWriter(identityOf(topic));
      expect(writer.tail).toMatchObject({ log: id, epoch: 2, block: { hash: hashOf('0b'), work: 4n } });
      expect(await branchOf(writer.branch())).toEqual(['0b', '0']);
      const tail = await writer.append([disconnect('0b')]);
      expect(tail.block).toMatchObject({ hash: hashOf('0') });
      expect(await log.tail(topic)).toMatchObject({ ...tail });
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a', '-0a', '+0b', '-0b']);
    });

    test('an empty topic has no tail, no branch and no identity', async () => {
      const topic = await newTopic();
      expect(await log.tail(topic)).toBeNull();
      expect(await branchOf(log.branch(topic))).toEqual([]);
      expect(await log.identity(topic)).toBeNull();
      expect(await readAll(log, topic)).toEqual([]);
    });

    test('a topic that nobody created is missing, and stays so', async () => {
      const topic = `contract.${run}.nobody`;
      expect(await codeOf(readAll(log, topic))).toBe('TOPIC_MISSING');
      expect(await codeOf(log.tail(topic))).toBe('TOPIC_MISSING');
      expect(await codeOf(log.openWriter(identityOf(topic)))).toBe('TOPIC_MISSING');
      expect(await codeOf(readAll(log, topic))).toBe('TOPIC_MISSING');
    });

    test('a log refuses the writer of another chain', async () => {
      const { topic } = await written([connect('0')]);
      expect(await codeOf(log.openWriter({ ...identityOf(topic), magic: '6964' }))).toBe('LOG_IDENTITY_MISMATCH');
    });

    test('two writers connected and holding the same tail: only one gets in', async () => {
      const { topic } = await written([connect('0')]);
      await using first = await log.openWriter(identityOf(topic));
      await using other = await harness.open();
      await using second = await other.openWriter(identityOf(topic));
      const outcomes = [await codeOf(first.append([connect('0a')])), await codeOf(second.append([connect('0b')]))];
      expect(outcomes).toEqual(['WRITER_FENCED', 'no error']);
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0b']);
    });

    test('a fenced writer is spent: nothing of it is ever committed', async () => {
      const { topic } = await written([connect('0')]);
      await using older = await log.openWriter(identityOf(topic));
      await older.append([connect('0a')]);
      await using newer = await log.openWriter(identityOf(topic));
      expect(await codeOf(older.append([connect('0ab')]))).toBe('WRITER_FENCED');
      expect(await codeOf(older.append([connect('0ab')]))).toBe('WRITER_SPENT');
      await newer.append([connect('0ac')]);
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a', '+0ac']);
    });

    test('a tail of thousands of aborted records hides nothing and ends', async () => {
      const { topic, id } = await written([connect('0'), connect('0a')]);
      for (let round = 0; round < 3; round += 1) {
        await harness.inject(topic, recordsOfBlock('0ab', { log: id, epoch: 1, sequence: 7, count: 2_000 }), 'aborted');
      }
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
      expect(await log.tail(topic)).toMatchObject({ sequence: 6, block: { hash: hashOf('0a') } });
      await using writer = await log.openWriter(identityOf(topic));
      expect(writer.tail.sequence).toBe(7);
      await writer.append([connect('0ab')]);
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a', '+0ab']);
    });

    test('an open transaction hides the tail until it is settled', async () => {
      const { topic, id } = await written([connect('0')]);
      const open = await harness.injectOpen(topic, recordsOfBlock('0a', { log: id, epoch: 1, sequence: 5 }));
      expect(words(await readAll(log, topic))).toEqual(['+0']);
      expect(await log.tail(topic)).toMatchObject({ sequence: 4, block: { hash: hashOf('0') } });
      await open.settle('committed');
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
      const another = await harness.injectOpen(topic, recordsOfBlock('0ab', { log: id, epoch: 1, sequence: 7 }));
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
      await another.settle('aborted');
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
    });

    test('1,200 operations of 2 kB in one block', async () => {
      const { topic } = await written([connect('0', 1_200, 1_000)]);
      const [change] = await readAll(log, topic);
      expect(change?.kind === 'connected' && change.operations.length).toBe(1_200);
    });

    test('one event of 10 MB', async () => {
      const { topic } = await written([connect('0', 1, 5_000_000), connect('0a')]);
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
    });

    test('an event that the topic cannot take is refused before anything is written, and the writer lives on', async () => {
      const topic = await newTopic();
      await using writer = await log.openWriter(identityOf(topic));
      expect(await codeOf(writer.append([connect('0', 1, 9_000_000)]))).toBe('EVENT_TOO_LARGE');
      await writer.append([connect('0', 1)]);
      expect(words(await readAll(log, topic))).toEqual(['+0']);
    });

    test('a block cut off in its middle is void once the next writer starts', async () => {
      const { topic, id } = await written([connect('0')]);
      const cut = recordsOfBlock('0a', { log: id, epoch: 1, sequence: 5, count: 5 }).slice(0, 3);
      await harness.inject(topic, cut);
      const [whole] = await readAll(log, topic);
      expect(words(await readAll(log, topic))).toEqual(['+0']);
      await using writer = await log.openWriter(identityOf(topic));
      expect(writer.tail).toMatchObject({ epoch: 2, sequence: 8, block: { hash: hashOf('0') } });
      await writer.append([connect('0a', 5)]);
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
      expect(words(await readAll(log, topic, whole?.cursor))).toEqual(['+0a']);
      expect(await branchOf(writer.branch())).toEqual(['0a', '0']);
    });

    test('a tail cut off behind a reader is named, and a fork once it was written again', async () => {
      const { topic } = await written([connect('0'), connect('0a', 3)]);
      const [first, last] = await readAll(log, topic);
      await harness.recreate(topic, 4);
      expect(await codeOf(readAll(log, topic, last?.cursor))).toBe('LOG_TRUNCATED');
      {
        await using writer = await log.openWriter(identityOf(topic));
        await writer.append([connect('0b', 4)]);
        await writer.append([connect('0ba', 4)]);
      }
      expect(await codeOf(readAll(log, topic, last?.cursor))).toBe('LOG_FORKED');
      expect(first?.cursor.sequence).toBe(4);
      expect(words(await readAll(log, topic))[1]).toBe('+0b');
    });

    test('tail-lost-under-a-living-writer: nothing is appended above the gap, and the next writer closes it', async () => {
      const topic = await newTopic();
      await using writer = await log.openWriter(identityOf(topic));
      await writer.append([connect('0')]);
      await writer.append([connect('0a', 3)]);
      await harness.recreate(topic, 4);
      expect(await codeOf(writer.append([connect('0ab')]))).not.toBe('no error');
      expect(words(await readAll(log, topic))).toEqual(['+0']);
      await using next = await log.openWriter(identityOf(topic));
      await next.append([connect('0b', 2)]);
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0b']);
    });

    test('an idle writer notices that its topic was cut or created again, and is spent then', async () => {
      const { topic } = await written([]);
      await using writer = await log.openWriter(identityOf(topic));
      await writer.append([connect('0', 1)]);
      await writer.check();
      await harness.recreate(topic, 0);
      expect(await codeOf(writer.check())).toBe('LOG_TRUNCATED');
      expect(await codeOf(writer.append([connect('0a', 0)]))).toBe('WRITER_SPENT');
    });

    test('topic-created-again-under-a-living-writer: the new log begins with log.created all the same', async () => {
      const { topic } = await written([]);
      await using writer = await log.openWriter(identityOf(topic));
      await writer.append([connect('0')]);
      await harness.recreate(topic, 0);
      expect(await codeOf(writer.append([connect('0a')]))).not.toBe('no error');
      await using next = await log.openWriter(identityOf(topic));
      await next.append([connect('0')]);
      expect(words(await readAll(log, topic))).toEqual(['+0']);
      expect(await log.identity(topic)).toMatchObject({ log: next.tail.log });
    });

    test('a topic created again is refused, empty and filled', async () => {
      const { topic } = await written([connect('0')]);
      const [change] = await readAll(log, topic);
      await harness.recreate(topic, 0);
      expect(await codeOf(readAll(log, topic, change?.cursor))).toBe('LOG_REPLACED');
      await (await log.openWriter(identityOf(topic))).close();
      expect(await codeOf(readAll(log, topic, change?.cursor))).toBe('LOG_REPLACED');
    });

    test('a topic created again under a waiting reader is noticed', async () => {
      const { topic } = await written([connect('0'), connect('0a'), connect('0ab')]);
      const waiting = Promise.withResolvers<void>();
      const reading = (async () => {
        for await (const { atEnd } of log.read(topic, { after: null, signal: AbortSignal.timeout(20_000) })) {
          if (atEnd) waiting.resolve();
        }
      })();
      const outcome = codeOf(reading);
      await waiting.promise;
      await harness.recreate(topic, 0);
      await (await log.openWriter(identityOf(topic))).close();
      expect(['LOG_REPLACED', 'TOPIC_MISSING']).toContain(await outcome);
    });

    test('records of an older epoch are skipped and not counted', async () => {
      const { topic, id } = await written([connect('0')]);
      await using writer = await log.openWriter(identityOf(topic));
      await harness.inject(topic, recordsOfBlock('0b', { log: id, epoch: 1, sequence: 5 }));
      await writer.append([connect('0a')]);
      await harness.inject(topic, recordsOfBlock('0b', { log: id, epoch: 1, sequence: 5 }));
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
      expect(await log.tail(topic)).toMatchObject({ epoch: 2, sequence: 7, block: { hash: hashOf('0a') } });
      expect(await branchOf(log.branch(topic))).toEqual(['0a', '0']);
      await using next = await log.openWriter(identityOf(topic));
      expect(next.tail).toMatchObject({ epoch: 3, sequence: 8, block: { hash: hashOf('0a') } });
    });

    test('stale-run-longer-than-a-step: what a replaced writer left behind is no tail, however much it is', async () => {
      const { topic, id } = await written([connect('0')]);
      await using writer = await log.openWriter(identityOf(topic));
      await writer.append([connect('0a')]);
      await harness.inject(topic, recordsOfBlock('0b', { log: id, epoch: 1, sequence: 5, count: 600 }));
      {
        await using next = await log.openWriter(identityOf(topic));
        expect(next.tail).toMatchObject({ epoch: 3, sequence: 8, block: { hash: hashOf('0a') } });
        await harness.inject(topic, recordsOfBlock('0b', { log: id, epoch: 2, sequence: 8, count: 600 }));
        expect(await branchOf(next.branch())).toEqual(['0a', '0']);
        expect((await next.append([connect('0ab'), disconnect('0ab')])).block?.hash).toBe(hashOf('0a'));
      }
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a', '+0ab', '-0ab']);
    });

    test('stale-run-before-a-writer: what a replaced writer left behind is no predecessor of its successor', async () => {
      const { topic, id } = await written([connect('0')]);
      await using writer = await log.openWriter(identityOf(topic));
      expect((await writer.append([connect('0a', 700)])).sequence).toBe(706);
      await harness.inject(topic, recordsOfBlock('0b', { log: id, epoch: 1, sequence: 110, count: 600 }));
      await using next = await log.openWriter(identityOf(topic));
      expect(next.tail).toMatchObject({ epoch: 3, sequence: 707, block: { hash: hashOf('0a') } });
      expect(await branchOf(next.branch())).toEqual(['0a', '0']);
      expect(await branchOf(log.branch(topic))).toEqual(['0a', '0']);
    });

    test('replaced-between-steps: a writer that was replaced does not take its successor for itself', async () => {
      const { topic } = await written([connect('0'), connect('0a')]);
      await using replaced = await log.openWriter(identityOf(topic));
      await using next = await log.openWriter(identityOf(topic));
      await next.append([connect('0ab')]);
      expect(await codeOf(branchOf(replaced.branch()))).toBe('WRITER_FENCED');
      expect(await branchOf(next.branch())).toEqual(['0ab', '0a', '0']);
    });

    test('a repeated block is absorbed, another one in its place is a fork', async () => {
      const { topic, id } = await written([connect('0'), connect('0a')]);
      await harness.inject(topic, recordsOfBlock('0a', { log: id, epoch: 1, sequence: 5 }));
      expect(words(await readAll(log, topic))).toEqual(['+0', '+0a']);
      const [, last] = await readAll(log, topic);
      expect(await readAll(log, topic, last?.cursor)).toEqual([]);
      await harness.inject(topic, recordsOfBlock('0', { log: id, epoch: 1, sequence: 3 }));
      expect(await codeOf(readAll(log, topic, last?.cursor))).toBe('LOG_FORKED');
      const known = [{ fromSequence: 3, toSequence: 4, hash: blockHash(hashOf('0')) }];
      for await (const { changes } of log.read(topic, { after: last?.cursor ?? null, known, untilEnd: true })) {
        expect(changes).toEqual([]);
      }
      await harness.inject(topic, recordsOfBlock('0b', { log: id, epoch: 1, sequence: 5 }));
      expect(await codeOf(readAll(log, topic))).toBe('LOG_FORKED');
    });

    test.each<[string, string, (id: string) => (LogEvent | Uint8Array)[]]>([
      ['a missing sequence', 'SEQUENCE_GAP', (id) => recordsOfBlock('0a', { log: id, epoch: 1, sequence: 6 })],
      ['a wrong parent', 'PARENT_MISMATCH', (id) => recordsOfBlock('0ba', { log: id, epoch: 1, sequence: 5 })],
      ['another log', 'LOG_REPLACED', () => recordsOfBlock('0a', { log: 'f'.repeat(32), epoch: 1, sequence: 5 })],
      [
        'an altered operation',
        'DIGEST_MISMATCH',
        (id) => altered(recordsOfBlock('0a', { log: id, epoch: 1, sequence: 5 })),
      ],
      ['bytes that are no event', 'RECORD_INVALID', () => [new TextEncoder().encode('{"type":"operation"')]],
      ['an operation without its block', 'RECORD_INVALID', (id) => [placed(operationOf('0', 1), id, 1, 5)]],
      [
        'an epoch that nobody opened',
        'RECORD_INVALID',
        (id) => recordsOfBlock('0a', { log: id, epoch: 2, sequence: 5 }),
      ],
      ['a second writer of one epoch', 'LOG_FORKED', (id) => [secondWriter(id)]],
    ])('%s stops the reader with %s', async (_what, code, events) => {
      const { topic, id } = await written([connect('0')]);
      await harness.inject(topic, events(id));
      expect(await codeOf(readAll(log, topic))).toBe(code);
      expect(await codeOf(readAll(log, topic, (await firstChange(topic))?.cursor))).toBe(code);
    });
    const firstChange = async (topic: string) => {
      for await (const { changes } of log.read(topic, { after: null })) return changes[0];
    };

    test('a reader waits at the end, sees what comes, and ends with its signal', async () => {
      const { topic } = await written([connect('0')]);
      await using writer = await log.openWriter(identityOf(topic));
      const stop = new AbortController();
      const seen: string[] = [];
      const reading = (async () => {
        for await (const batch of log.read(topic, { after: null, signal: stop.signal })) {
          seen.push(...words(batch.changes));
          if (batch.atEnd && seen.length === 1) await writer.append([connect('0a')]);
          if (seen.length === 2) stop.abort();
        }
      })();
      await reading;
      expect(seen).toEqual(['+0', '+0a']);
    });

    test('a record is found at its offset', async () => {
      const { topic } = await written([connect('0'), connect('0a')]);
      const [, last] = await readAll(log, topic);
      const found = await log.recordAt(topic, last?.offset ?? 0n);
      expect(found).toMatchObject({ offset: last?.offset, event: { type: 'block.connected', hash: hashOf('0a') } });
      expect(await log.recordAt(topic, 1_000n)).toBeNull();
      await log.commitHint(topic, `${topic}.kv`, 3n);
    });
  });
}

function altered(events: LogEvent[]): LogEvent[] {
  return events.map((event) => (event.type === 'operation' ? { ...event, payload: '62' } : event));
}

const secondWriter = (log: string): LogEvent => placed({ type: 'writer.started', writer: 'e'.repeat(32) }, log, 1, 5);
