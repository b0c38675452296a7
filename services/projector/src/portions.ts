import type { LogChange } from '@virtualchain/operation-log';
import { TRANSACTION_BLOCKS_MAX, TRANSACTION_BYTES_MAX, TRANSACTION_OPERATIONS_MAX } from './limits.ts';

/** Cuts changes so that each portion fits one transaction. */
export function* portions(changes: readonly LogChange[]): Generator<readonly LogChange[]> {
  let portion: LogChange[] = [];
  let [operations, bytes] = [0, 0];
  for (const change of changes) {
    const size = sizeOf(change);
    const isFull =
      portion.length >= TRANSACTION_BLOCKS_MAX ||
      operations + size.operations > TRANSACTION_OPERATIONS_MAX ||
      bytes + size.bytes > TRANSACTION_BYTES_MAX;
    if (portion.length > 0 && isFull) {
      yield portion;
      portion = [];
      [operations, bytes] = [0, 0];
    }
    portion.push(change);
    operations += size.operations;
    bytes += size.bytes;
  }
  if (portion.length > 0) yield portion;
}

function sizeOf(change: LogChange): { readonly operations: number; readonly bytes: number } {
  if (change.kind === 'disconnected') return { operations: 0, bytes: 0 };
  const bytes = change.operationBytes.reduce((sum, { length }) => sum + length, 0);
  return { operations: change.operations.length, bytes };
}
