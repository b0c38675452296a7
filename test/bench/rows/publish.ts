import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openKafkaLog } from '@virtualchain/operation-log';
import type { Bench, BenchContext, Measured, OpenBench } from '../harness/bench.ts';
import { cpuMsOfEndedChildren, measured } from '../harness/processes.ts';
import { openPerfTool } from '../kafka/perf-tool.ts';
import { digestOf, publishAll, readValues } from '../kafka/topics.ts';
import { makeWorkload, type WorkloadName } from '../workloads/blocks.ts';
import { entriesOf, operationCount } from '../workloads/entries.ts';

const BLOCKS = { W2: 20, W3: 4 } as const;
const QUICK_BLOCKS = { W2: 4, W3: 1 } as const;

/** Blocks, as the ingester has read them out, to acknowledged: events as bytes, digests, batches, transactions. */
const publish = (workload: WorkloadName): Bench => ({
  name: 'publish',
  workload,
  peer: 'kafka-producer-perf-test',
  target: { kind: 'speed', atLeast: 0.5 },
  note:
    'Our process and the broker against Kafka’s own tool and the broker: the same values in the same number, one ' +
    'partition, acks=all, zstd level 1. The tool starts a virtual machine each time, and knows its values beforehand.',
  open: (context) => open(context, workload),
});

async function open(context: BenchContext, workload: WorkloadName): Promise<OpenBench> {
  const entries = entriesOf(makeWorkload(workload, (context.quick ? QUICK_BLOCKS : BLOCKS)[workload]));
  const { kafka } = await context.parts();
  const ofBroker = await context.cpuMsOf('kafka');
  const log = openKafkaLog({ brokers: kafka.brokers });
  const directory = await mkdtemp(join(tmpdir(), 'bench-publish-'));
  const topicOf = (side: string, round: number) => `publish-${workload}-${side}-${round}`;
  const first = topicOf('values', 0);
  await log.ensureTopic(first);
  await publishAll(log, first, workload, entries);
  const values = await readValues(log, first);
  const records = operationCount(entries);
  const tool = await openPerfTool(kafka.brokers, directory, values);
  const expected = digestOf(values);
  const answer = `${records} records`;
  return {
    async ours(round): Promise<Measured> {
      const topic = topicOf('ours', round);
      await log.ensureTopic(topic);
      const figures = await measured(async () => {
        await publishAll(log, topic, workload, entries);
        return answer;
      }, ofBroker);
      const found = await readValues(log, topic);
      return { ...figures, answer: `${found.length} records` };
    },
    async peer(round) {
      const topic = topicOf('tool', round);
      await log.ensureTopic(topic);
      return measured(
        async () => {
          await tool.send(topic, records);
          return answer;
        },
        () => ofBroker() + cpuMsOfEndedChildren(),
      );
    },
    details: () => [`${records} records, ${expected.slice(-16)}`],
    async [Symbol.asyncDispose]() {
      await log.close();
      await rm(directory, { recursive: true });
    },
  };
}

export const benches: readonly Bench[] = [publish('W2'), publish('W3')];
