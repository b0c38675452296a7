import { type BlockLayout, strippedBytesAt } from '../block/layout/block-layout.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { sha256Batch } from './sha256-batch.ts';

const hashBytes = 32;
/** Below that many transactions they are hashed one by one: calls would cost more than they save. */
export const BATCH_TRANSACTIONS_MIN = 8;

/** The txids of all transactions, 32 bytes each, as they are hashed on. */
export function hashTransactions(bytes: Uint8Array, layout: Omit<BlockLayout, 'payloads'>): Uint8Array {
  const hashes = new Uint8Array(hashBytes * layout.count);
  const batch = layout.count < BATCH_TRANSACTIONS_MIN ? null : sha256Batch();
  if (batch !== null) batch.hashTransactions(bytes, layout, hashes);
  else
    for (let index = 0; index < layout.count; index += 1) {
      hashes.set(doubleSha256(strippedBytesAt(bytes, layout, index)), hashBytes * index);
    }
  return hashes;
}
