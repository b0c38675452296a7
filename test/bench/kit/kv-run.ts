import { createMemoryLog, type LogChange, type OperationLog } from '@virtualchain/operation-log';
import { openProjection, type PostgresProjection } from '@virtualchain/projection';
import { readAll } from '../../contract/kv-log.ts';
import { makeWorkload } from '../workloads/blocks.ts';
import { entriesOf, workloadIdentity, workloadInstance } from '../workloads/entries.ts';

export const KV_TOPIC = 'vchain.regtest.kv';
/** As a projector cuts W2. */
const BLOCKS_PER_BATCH = 4;

/** A log on memory with blocks of W2. */
export async function kvLog(blocks: number, scale: number): Promise<OperationLog> {
  const log = createMemoryLog();
  await log.ensureTopic(KV_TOPIC);
  await using writer = await log.openWriter(workloadIdentity(KV_TOPIC));
  for (const entry of entriesOf(makeWorkload('W2', blocks, scale))) await writer.append([entry]);
  return log;
}

/** The same as a projector reads them. */
export async function kvChanges(blocks: number, scale: number): Promise<readonly LogChange[]> {
  await using log = await kvLog(blocks, scale);
  return readAll(log, KV_TOPIC);
}

export function operationsOf(changes: readonly LogChange[]): number {
  return changes.reduce((sum, change) => sum + (change.kind === 'connected' ? change.operations.length : 0), 0);
}

/** Opens the kv projection of a database, empty where the database is new. */
export function openKv(url: string): Promise<PostgresProjection> {
  return openProjection(url, workloadInstance());
}

export async function advanceAll(
  projection: PostgresProjection,
  changes: readonly LogChange[],
  blocksPerBatch = BLOCKS_PER_BATCH,
): Promise<void> {
  for (let at = 0; at < changes.length; at += blocksPerBatch)
    await projection.advance(changes.slice(at, at + blocksPerBatch));
}
