import { expect, test } from '@jest/globals';
import { blockHash, height } from '@virtualchain/bitcoin';
import { BrokerUnavailable, createMemoryLog, type LogEntry, type LogIdentity } from '@virtualchain/operation-log';
import { cursorFromJson, cursorToJson } from './cursor.ts';
import { type ChainChange, follow } from './follow.ts';
import { observe } from './observe.ts';

const topic = 'vchain.regtest.kv';
const identity: LogIdentity = { topic, network: 'regtest', chain: 'kv', magic: '6b76', firstBlock: height(1) };
const hashAt = (at: number) => blockHash(at.toString(16).padStart(64, '0'));
const blockAt = (at: number) => ({ height: height(at), hash: hashAt(at), previousHash: hashAt(at - 1) });
const connect = (at: number): LogEntry => ({
  kind: 'connect',
  block: { ...blockAt(at), header: '00'.repeat(80), time: 0, work: BigInt(2 * at) },
  operations: [],
});

/** A log with blocks 1, 2, 3, of which 3 left again. */
async function filledLog() {
  const log = createMemoryLog();
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(identity);
  await writer.append([connect(1), connect(2), connect(3), { kind: 'disconnect', block: blockAt(3) }]);
  return log;
}

async function take(changes: AsyncIterable<ChainChange>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { kind, block } of changes) seen.push(`${kind} ${block.height}`);
  return seen;
}

const ALL = ['connected 1', 'connected 2', 'connected 3', 'disconnected 3'];

test('a chain is followed from the start, and from every stored cursor', async () => {
  const log = await filledLog();
  expect(await take(follow({ log, topic, untilEnd: true }))).toEqual(ALL);
  let index = 0;
  for await (const { cursor } of follow({ log, topic, untilEnd: true })) {
    index += 1;
    const stored = cursorFromJson(JSON.parse(JSON.stringify(cursorToJson(cursor))));
    expect(await take(follow({ log, topic, cursor: stored, untilEnd: true }))).toEqual(ALL.slice(index));
  }
});

test('a broker that does not answer for a while changes nothing', async () => {
  const log = await filledLog();
  log.broker.failNext('fetch', new BrokerUnavailable(topic, new Error('connection refused')));
  log.broker.failNext('offsets', new BrokerUnavailable(topic, new Error('connection refused')));
  const retried: unknown[] = [];
  expect(await take(follow({ log, topic, untilEnd: true, onRetry: (error) => retried.push(error) }))).toEqual(ALL);
  expect(retried).toHaveLength(2);
});

test('a log that was written again behind the cursor is a fork, and says so', async () => {
  const log = await filledLog();
  const changes: ChainChange[] = [];
  for await (const change of follow({ log, topic, untilEnd: true })) changes.push(change);
  log.broker.cutTail(topic, 6n);
  const cursor = changes.at(-1)?.cursor ?? null;
  await expect(take(follow({ log, topic, cursor, untilEnd: true }))).rejects.toMatchObject({ code: 'LOG_TRUNCATED' });
  await (await log.openWriter(identity)).append([{ kind: 'disconnect', block: blockAt(3) }]);
  await expect(take(follow({ log, topic, cursor, untilEnd: true }))).rejects.toMatchObject({ code: 'LOG_FORKED' });
});

test('a stored cursor that is none is refused with every wrong field', () => {
  expect(() =>
    cursorFromJson({ log: 'x', epoch: -1, writer: '', sequence: 1, offset: 7, height: null, hash: 'f' }),
  ).toThrow('epoch, offset, hash');
});

test('an Observable pulls the next change only when the work on this one is done', async () => {
  const log = await filledLog();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const order: string[] = [];
  const work = async ({ block }: ChainChange) => {
    order.push(`begin ${block.height}`);
    await new Promise((done) => setImmediate(done));
    order.push(`end ${block.height}`);
    return block.height;
  };
  const seen: number[] = [];
  observe({ log, topic, untilEnd: true }, work).subscribe({
    next: (value) => seen.push(value),
    complete: resolve,
    error: reject,
  });
  await promise;
  expect(seen).toEqual([1, 2, 3, 3]);
  expect(order).toEqual([1, 2, 3, 3].flatMap((at) => [`begin ${at}`, `end ${at}`]));
});

test('unsubscribing ends the reading', async () => {
  const log = await filledLog();
  const seen: string[] = [];
  const subscription = observe({ log, topic }).subscribe(({ kind }) => {
    seen.push(kind);
    if (seen.length === 2) subscription.unsubscribe();
  });
  await new Promise((done) => setTimeout(done, 20));
  expect(seen).toHaveLength(2);
});
