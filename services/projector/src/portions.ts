import type { LogChange } from '@virtualchain/operation-log';
import { TRANSACTION_BLOCKS_MAX, TRANSACTION_OPERATIONS_MAX } from './limits.ts';

/** Cuts changes so that each portion fits one transaction. */
export function* portions(changes: readonly LogChange[]): Generator<readonly LogChange[]> {
  let portion: LogChange[] = [];
  let operations = 0;
  for (const change of changes) {
    const size = change.kind === 'connected' ? change.operations.length : 0;
    if (
      portion.length > 0 &&
      (portion.length >= TRANSACTION_BLOCKS_MAX || operations + size > TRANSACTION_OPERATIONS_MAX)
    ) {
      yield portion;
      portion = [];
      operations = 0;
    }
    portion.push(change);
    operations += size;
  }
  if (portion.length > 0) yield portion;
}
