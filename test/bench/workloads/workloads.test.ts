import { expect, test } from '@jest/globals';
import { parseBlock } from '@virtualchain/bitcoin';
import { MemoryFold } from '@virtualchain/machine';
import { createMemoryLog } from '@virtualchain/operation-log';
import { readAll } from '../../contract/kv-log.ts';
import { makeWorkload } from './blocks.ts';
import { entriesOf, operationCount, workloadIdentity, workloadInstance } from './entries.ts';

test('W2 and W3 are blocks as those of today and of the peak', () => {
  const [today] = makeWorkload('W2', 1).blocks;
  const [peak] = makeWorkload('W3', 1).blocks;
  expect(today?.bytes.length).toBeGreaterThan(1_750_000);
  expect(today?.bytes.length).toBeLessThan(1_950_000);
  expect(parseBlock(today?.bytes ?? new Uint8Array()).transactions).toHaveLength(4_000);
  expect(peak?.bytes.length).toBeGreaterThan(1_300_000);
});

test('nearly all operations of a workload are accepted', async () => {
  await using log = createMemoryLog();
  const topic = 'vchain.regtest.kv';
  const entries = entriesOf(makeWorkload('W2', 3, 0.1));
  await log.ensureTopic(topic);
  await using writer = await log.openWriter(workloadIdentity(topic));
  await writer.append(entries);
  const fold = await MemoryFold.open(workloadInstance().machine);
  const verdicts: string[] = [];
  for (const change of await readAll(log, topic)) {
    if (change.kind !== 'connected') continue;
    const folded = await fold.connect({ ...change.event, operations: change.operations });
    verdicts.push(...(folded?.outcomes ?? []).map(({ verdict }) => verdict.kind));
  }
  expect(operationCount(entries)).toBe(360);
  expect(verdicts.filter((kind) => kind === 'accepted')).toHaveLength(360);
});
