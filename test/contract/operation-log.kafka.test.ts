import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { ExpectedError } from '@virtualchain/kernel';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type LogChange, openKafkaLog } from '@virtualchain/operation-log';
import { Kafka, logLevel } from 'kafkajs';
import { kafkaHarness } from './kafka-hands.ts';
import { connect, identityOf, readAll, spell } from './log-blocks.ts';
import { operationLogContract } from './operation-log.contract.ts';

jest.setTimeout(60_000);

/** How long requests are repeated while the broker is away: as long as a busy machine takes to start one. */
const FOR_A_RESTART_MS = 600_000;

let parts: RealParts<'kafka'>;
beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka'], log: () => undefined });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose](), 60_000);

operationLogContract('Kafka', async () => kafkaHarness(parts.kafka.brokers, async () => undefined));

describe('what only Kafka can do', () => {
  test('a topic with settings that could lose records is refused, with every difference', async () => {
    const kafka = new Kafka({ brokers: [...parts.kafka.brokers], logLevel: logLevel.NOTHING });
    const admin = kafka.admin();
    await admin.connect();
    const configEntries = [
      { name: 'cleanup.policy', value: 'compact' },
      { name: 'max.message.bytes', value: '1000012' },
    ];
    await admin.createTopics({ topics: [{ topic: 'misconfigured', numPartitions: 2, configEntries }] });
    await admin.disconnect();
    await using log = openKafkaLog({ brokers: parts.kafka.brokers });
    await expect(log.ensureTopic('misconfigured')).rejects.toMatchObject({
      code: 'TOPIC_MISCONFIGURED',
      differences: [
        '2 partitions instead of 1',
        'cleanup.policy=compact instead of delete',
        expect.stringMatching(/^retention.ms=.* instead of -1$/),
        expect.stringMatching(/^max.message.bytes=.* instead of 16777216$/),
      ],
    });
  });

  test('a topic that may lose records with a broker is told of, with every weakness', async () => {
    const told: (readonly string[])[] = [];
    await using log = openKafkaLog({ brokers: parts.kafka.brokers, onWeakTopic: (_topic, weak) => told.push(weak) });
    await log.ensureTopic('weak');
    expect(told).toEqual([
      ['1 replicas instead of 3', 'min.insync.replicas=1 instead of 2: a commit waits for no other copy'],
    ]);
  });

  test('a broker that is killed and comes back: readers go on, the writer is replaced, nothing is lost or doubled', async () => {
    const topic = 'broker-killed';
    await using log = openKafkaLog({
      brokers: parts.kafka.brokers,
      stallLimitMs: 20_000,
      retryForMs: FOR_A_RESTART_MS,
    });
    await log.ensureTopic(topic);
    const stop = new AbortController();
    const seen: LogChange[] = [];
    const reading = (async () => {
      for await (const { changes } of log.read(topic, { after: null, signal: stop.signal })) seen.push(...changes);
    })();
    const writer = await log.openWriter(identityOf(topic));
    await writer.append([connect('0')]);
    await parts.kafka.kill();
    const fate = writer.append([connect('0a')]).then(
      () => 'committed',
      ({ remedy }: ExpectedError) => remedy,
    );
    await parts.kafka.start();
    expect(['committed', 'retry']).toContain(await fate);
    await writer.close();
    await using next = await log.openWriter(identityOf(topic));
    if (next.tail.block?.height === 101) await next.append([connect('0a')]);
    await next.append([connect('0ab')]);
    const wanted = ['+0', '+0a', '+0ab'];
    const words = (changes: readonly LogChange[]) => changes.map((change) => spell(change, ['0', '0a', '0ab']));
    while (seen.length < wanted.length) await new Promise((done) => setTimeout(done, 50));
    stop.abort();
    await reading;
    expect(words(seen)).toEqual(wanted);
    expect(words(await readAll(log, topic))).toEqual(wanted);
  });
});
