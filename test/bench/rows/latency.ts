import { setTimeout as sleep } from 'node:timers/promises';
import { type LogEntry, openKafkaLog } from '@virtualchain/operation-log';
import kafkajs, { type Kafka, type Producer } from 'kafkajs';
import type { Bench, BenchContext, Measured, OpenBench } from '../harness/bench.ts';
import { bareKafka, publishAll, readValues, startFromBeginning } from '../kafka/topics.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { entriesOf, workloadIdentity } from '../workloads/entries.ts';

const BLOCKS = 20;
const QUICK_BLOCKS = 5;
/** Between blocks: more than any of them takes. */
const PAUSE_MS = 250;

/** A block known to the writer, to its last operation at a reader; against an echo of the same values. */
const latency = (share: 'p50' | 'p99', atMost: number): Bench => ({
  name: 'latency',
  workload: `W2, ${share}`,
  peer: 'bare kafkajs echo',
  target: { kind: 'wall-time', atMost },
  rounds: 3,
  note: 'From `append` of a block to the whole block at a reader, 4 blocks a second, writer and reader in one process.',
  open: (context) => open(context, share),
});

async function open(context: BenchContext, share: 'p50' | 'p99'): Promise<OpenBench> {
  const entries = entriesOf(makeWorkload('W2', context.quick ? QUICK_BLOCKS : BLOCKS));
  const { kafka } = await context.parts();
  const bare = bareKafka(kafka.brokers);
  const log = openKafkaLog({ brokers: kafka.brokers });
  const first = `latency-${share}-values`;
  await log.ensureTopic(first);
  await publishAll(log, first, 'W2', entries);
  const values = await readValues(log, first);
  const blocks = entries.map((entry) => (entry.kind === 'connect' ? entry.operations.length : 0));
  const summed = ({ waits, seen }: Series): Measured => {
    const sorted = [...waits].sort((a, b) => a - b);
    const wallMs = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * (share === 'p50' ? 0.5 : 0.99)))] ?? 0;
    const bytes = seen.reduce((sum, { length }) => sum + length, 0);
    return { cpuMs: 0, wallMs, answer: `${seen.length} values, ${bytes} bytes` }; // each log has an id of its own
  };
  const topicFor = async (side: string, round: number) => {
    const topic = `latency-${share}-${side}-${round}`;
    await log.ensureTopic(topic);
    return topic;
  };
  return {
    ours: async (round) => summed(await viaLog(kafka.brokers, await topicFor('ours', round), entries)),
    peer: async (round) => summed(await viaEcho(bare, await topicFor('echo', round), blocks, values)),
    [Symbol.asyncDispose]: () => log.close(),
  };
}

interface Series {
  readonly waits: readonly number[];
  readonly seen: readonly Uint8Array[];
}

async function viaLog(brokers: readonly string[], topic: string, entries: readonly LogEntry[]): Promise<Series> {
  await using log = openKafkaLog({ brokers });
  await using writer = await log.openWriter(workloadIdentity(topic));
  const stop = new AbortController();
  const seen: Uint8Array[] = [];
  let arrived = Promise.withResolvers<void>();
  const reading = (async () => {
    for await (const { changes } of log.read(topic, { after: null, signal: stop.signal })) {
      for (const change of changes) {
        if (change.kind === 'connected') seen.push(...change.operationBytes);
        arrived.resolve();
      }
    }
  })();
  const waits: number[] = [];
  for (const entry of entries) {
    await sleep(PAUSE_MS);
    arrived = Promise.withResolvers();
    const started = performance.now();
    await Promise.all([writer.append([entry]), arrived.promise.then(() => waits.push(performance.now() - started))]);
  }
  stop.abort();
  await reading;
  return { waits, seen };
}

async function viaEcho(
  kafka: Kafka,
  topic: string,
  blocks: readonly number[],
  values: readonly Uint8Array[],
): Promise<Series> {
  const consumer = kafka.consumer({ groupId: `echo-${crypto.randomUUID()}` });
  const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  const seen: Uint8Array[] = [];
  let wanted = Number.POSITIVE_INFINITY;
  let arrived = Promise.withResolvers<void>();
  await producer.connect();
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await startFromBeginning(consumer, topic, (_type, value) => {
    seen.push(value);
    if (seen.length === wanted) arrived.resolve();
  });
  await joined;
  const waits: number[] = [];
  for (const count of blocks) {
    await sleep(PAUSE_MS);
    const some = values.slice(seen.length, seen.length + count);
    wanted = seen.length + count;
    arrived = Promise.withResolvers();
    const started = performance.now();
    await Promise.all([
      sendAll(producer, topic, some),
      arrived.promise.then(() => waits.push(performance.now() - started)),
    ]);
  }
  await Promise.all([consumer.disconnect(), producer.disconnect()]);
  return { waits, seen };
}

async function sendAll(producer: Producer, topic: string, values: readonly Uint8Array[]): Promise<void> {
  const messages = values.map((value) => ({ value: Buffer.from(value), partition: 0 }));
  await producer.send({ topic, acks: -1, messages });
}

export const benches: readonly Bench[] = [latency('p50', 3), latency('p99', 5)];
