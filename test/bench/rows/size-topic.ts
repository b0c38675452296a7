import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openKafkaLog } from '@virtualchain/operation-log';
import type { Bench, OpenBench } from '../harness/bench.ts';
import { measured } from '../harness/processes.ts';
import { publishAll } from '../kafka/topics.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { entriesOf, operationCount } from '../workloads/entries.ts';

const BLOCKS = 8;
const YEAR_OPERATIONS = 1_206 * 52_560;

/** What an operation takes on the disk of the broker. */
const topicSize: Bench = {
  name: 'size',
  workload: 'topic, W2',
  peer: 'a limit',
  target: { kind: 'amount', atMost: 400, unit: 'bytes per operation' },
  rounds: 1,
  note:
    'Of the segment files of the topic, blocks published two by two. Some 300 bytes of an operation are keys, signatures, ' +
    'hashes and addresses, which nothing makes smaller; the slowest level of zstd comes to 402. 158 in W3, without signatures.',
  async open({ parts }): Promise<OpenBench> {
    const { kafka, runDirectory } = await parts();
    const entries = entriesOf(makeWorkload('W2', BLOCKS));
    const log = openKafkaLog({ brokers: kafka.brokers });
    let perOperation = Number.NaN;
    return {
      async ours(round) {
        const topic = `size-W2-${round}`;
        await log.ensureTopic(topic);
        const figures = await measured(async () => {
          await publishAll(log, topic, 'W2', entries);
          return '';
        });
        perOperation = segmentBytes(runDirectory, topic) / operationCount(entries);
        return figures;
      },
      peer: null,
      amount: () => perOperation,
      details: () => [`a year of today's blocks: ${((perOperation * YEAR_OPERATIONS) / 1e9).toFixed(1)} GB`],
      [Symbol.asyncDispose]: () => log.close(),
    };
  },
};

function segmentBytes(runDirectory: string, topic: string): number {
  const files = readdirSync(runDirectory, { recursive: true, encoding: 'utf8' });
  const segments = files.filter((path) => path.includes(`/${topic}-0/`) && path.endsWith('.log'));
  return segments.reduce((sum, path) => sum + statSync(join(runDirectory, path)).size, 0);
}

export const benches: readonly Bench[] = [topicSize];
