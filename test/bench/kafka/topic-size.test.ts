import { expect, test } from '@jest/globals';
import { recordsOfEntry } from '../../../libs/operation-log/src/record/records.ts';
import { encodeBatch } from '../../../libs/operation-log/src/record-batch/encode-batch.ts';
import { COMPRESSION } from '../../../libs/operation-log/src/record-batch/layout.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { entriesOf, operationCount } from '../workloads/entries.ts';

/**
 * What an operation takes in the topic, in the batch of one block. Of W2's, some 300 bytes are keys, signatures, hashes and
 * addresses, which nothing makes smaller; the slowest level of zstd comes to 402.
 */
test.each([
  ['W2', 400],
  ['W3', 170],
] as const)('an operation of %s takes at most %i bytes in a batch', (name, bytesMax) => {
  const [, entry] = entriesOf(makeWorkload(name, 2));
  if (entry === undefined) throw new TypeError('the workload has two blocks');
  const place = { topic: 'vchain.regtest.kv', log: '6f1c'.repeat(8), epoch: 1, sequence: 1_203 };
  const time = '2026-01-01T00:00:00.000Z';
  const records = recordsOfEntry(entry, place, time);
  const producer = { topic: place.topic, producerId: 1n, producerEpoch: 0, firstSequence: 0, time: Date.parse(time) };
  const batch = encodeBatch(records, producer, COMPRESSION.zstd);
  expect(batch.length / operationCount([entry])).toBeLessThanOrEqual(bytesMax);
});
