import { openKafkaLog } from '@virtualchain/operation-log';
import type { Bench, OpenBench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { bareKafka, consumeValues, digestOf, publishAll, readValues } from '../kafka/topics.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { entriesOf } from '../workloads/entries.ts';

const BLOCKS = 20;
const QUICK_BLOCKS = 4;

/** A topic to whole blocks, each record checked. */
const read: Bench = {
  name: 'read',
  workload: 'W2',
  peer: 'bare kafkajs consumer',
  target: { kind: 'time', atMost: 2 },
  note:
    'The same topic from its first record to its last: ours parses and checks every record and every digest, the ' +
    'consumer only hands the values on. The broker is counted on both sides.',
  async open({ quick, parts, cpuMsOf }): Promise<OpenBench> {
    const entries = entriesOf(makeWorkload('W2', quick ? QUICK_BLOCKS : BLOCKS));
    const { kafka } = await parts();
    const ofBroker = await cpuMsOf('kafka');
    const log = openKafkaLog({ brokers: kafka.brokers });
    const topic = 'read-W2';
    await log.ensureTopic(topic);
    await publishAll(log, topic, 'W2', entries);
    const bare = bareKafka(kafka.brokers);
    const answered = async (work: () => Promise<readonly Uint8Array[]>) => {
      let values: readonly Uint8Array[] = [];
      const figures = await measured(async () => {
        values = await work();
        return '';
      }, ofBroker);
      return { ...figures, answer: digestOf(values) };
    };
    return {
      ours: () => answered(() => readValues(log, topic)),
      peer: () => answered(() => consumeValues(bare, topic, entries)),
      [Symbol.asyncDispose]: () => log.close(),
    };
  },
};

export const benches: readonly Bench[] = [read];
