import type { OperationRecord, OpsHash, RecordedVerdict } from '@virtualchain/machine';
import { OPERATIONS_PER_PAGE_MAX } from './limits.ts';
import { type BnsView, isSeen, pageOf } from './view.ts';

/** Accepted operations of a block, preorders included: `get_num_blockstack_ops_at`. 0 for a block that is not seen. */
export async function countOperationsAt(view: BnsView, height: number): Promise<number> {
  return isSeen(view, height) ? ((await view.reading.block(height))?.accepted ?? 0) : 0;
}

/** Which operations of a block are wanted. */
export interface OperationsPage {
  /** Begin behind the operation at this position of the block. */
  readonly after?: number;
  /** No more than 10. */
  readonly limit?: number;
  /** Accepted ones unless another is asked for. */
  readonly verdict?: RecordedVerdict['kind'] | 'any';
}

/** Operations of a block in their order: `get_blockstack_ops_at`. */
export async function operationsAt(
  view: BnsView,
  height: number,
  { after, limit, verdict = 'accepted' }: OperationsPage = {},
): Promise<readonly OperationRecord[]> {
  if (!isSeen(view, height)) return [];
  return view.reading.operationsAt(height, {
    limit: pageOf(limit, OPERATIONS_PER_PAGE_MAX),
    ...(after === undefined ? {} : { after }),
    ...(verdict === 'any' ? {} : { verdict }),
  });
}

/** `get_blockstack_ops_hash_at`. Null for a block that is not seen. */
export async function opsHashAt(view: BnsView, height: number): Promise<OpsHash | null> {
  return isSeen(view, height) ? ((await view.reading.block(height))?.opsHash ?? null) : null;
}

/** What became of a transaction. `unknown`: it holds no operation, or stands in no block that is seen. */
export type TransactionStatus =
  | { readonly status: 'unknown' }
  | {
      readonly status: 'accepted' | 'rejected' | 'ignored';
      /** Why it was rejected or ignored; null when it was accepted. */
      readonly reason: { readonly code: string; readonly detail: string } | null;
      readonly operation: OperationRecord;
    };

/** `get_transaction_status`. */
export async function transactionStatus({ reading }: BnsView, txid: string): Promise<TransactionStatus> {
  const operation = await reading.operation(txid);
  if (operation === null) return { status: 'unknown' };
  const { verdict } = operation;
  const reason = verdict.kind === 'accepted' ? null : { code: verdict.code, detail: verdict.detail };
  return { status: verdict.kind, reason, operation };
}
