import { bytesToHex, type Txid } from '@virtualchain/bitcoin';
import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import type { BuiltOperation } from './build.ts';
import { WalletRefused } from './errors.ts';

/** Asks the node whether it would take the transaction, where it can be asked. @throws WalletRefused NOT_ACCEPTED */
export async function checkAcceptance(rpc: NodeRpc, { bytes }: BuiltOperation): Promise<'accepted' | 'not asked'> {
  let answer: unknown;
  try {
    answer = await rpc.call('testmempoolaccept', [bytesToHex(bytes)]);
  } catch (error) {
    if (error instanceof NodeRpcError) return 'not asked';
    throw error;
  }
  const verdict = (answer as readonly { readonly allowed?: boolean; readonly 'reject-reason'?: string }[] | null)?.[0];
  if (verdict?.allowed === false)
    throw new WalletRefused(
      'NOT_ACCEPTED',
      `${rpc.label} would not take it: ${verdict['reject-reason'] ?? 'without a reason'}`,
    );
  return verdict?.allowed === true ? 'accepted' : 'not asked';
}

/** Sends a built operation. @throws WalletRefused NOT_ACCEPTED */
export async function sendOperation(rpc: NodeRpc, { bytes, transaction }: BuiltOperation): Promise<Txid> {
  try {
    await rpc.call('sendrawtransaction', bytesToHex(bytes));
    return transaction.txid;
  } catch (error) {
    if (error instanceof NodeRpcError)
      throw new WalletRefused('NOT_ACCEPTED', `${rpc.label} did not take it: ${error.message}`, { cause: error });
    throw error;
  }
}
