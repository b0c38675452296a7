import { bytesEqual, hexToBytes, parseTransaction, type Sats, type Txid } from '@virtualchain/bitcoin';
import { type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import type { Account } from './account.ts';
import { WalletRefused } from './errors.ts';

/** An unspent output of an account, with the transaction that made it. */
export interface Coin {
  readonly txid: Txid;
  readonly index: number;
  readonly value: Sats;
  readonly script: Uint8Array;
  /** Raw bytes of the funding transaction. */
  readonly transaction: Uint8Array;
}

/** Reads `txid:index`. Null for everything else. */
export function parseOutpoint(text: string): { readonly txid: Txid; readonly index: number } | null {
  const [, txid, index] = /^([0-9a-f]{64}):(\d{1,9})$/.exec(text) ?? [];
  return txid === undefined ? null : { txid: txid as Txid, index: Number(index) };
}

/**
 * The coins at these outpoints, each looked up at the node and checked: it hashes to its txid, it pays the account, and it
 * is unspent, as far as the node says.
 *
 * @throws WalletRefused COIN_UNUSABLE naming the coin.
 */
export async function coinsAt(
  rpc: NodeRpc,
  account: Account,
  outpoints: readonly { readonly txid: Txid; readonly index: number }[],
): Promise<readonly Coin[]> {
  const coins: Coin[] = [];
  for (const { txid, index } of outpoints) {
    const refuse = (why: string): never => {
      throw new WalletRefused('COIN_UNUSABLE', `coin ${txid}:${index}: ${why}`);
    };
    const hex = await rpc.call('getrawtransaction', txid, 0).catch((error: unknown) => {
      if (error instanceof NodeRpcError) return refuse(`the node does not have its transaction (${error.message})`);
      throw error;
    });
    const transaction = hexToBytes(String(hex));
    const parsed = parseTransaction(transaction);
    if (parsed.txid !== txid) refuse('the node gave another transaction');
    const output = parsed.outputs[index] ?? refuse(`its transaction has ${parsed.outputs.length} outputs`);
    if (!bytesEqual(output.script, account.script)) refuse(`it does not pay ${account.address}`);
    if ((await rpc.call('gettxout', txid, index, true)) === null) refuse('it is spent, or not yet known');
    coins.push({ txid, index, value: output.value, script: output.script, transaction });
  }
  return coins;
}

/**
 * The account's coins, as the node finds them in its set of unspent outputs. A node without `scantxoutset` (btcd) is told
 * the coins instead (`coinsAt`).
 *
 * @throws WalletRefused COINS_MISSING.
 */
export async function scanCoins(rpc: NodeRpc, account: Account): Promise<readonly Coin[]> {
  const answer = await rpc
    .call('scantxoutset', 'start', [`raw(${Buffer.from(account.script).toString('hex')})`])
    .catch((error: unknown) => {
      if (error instanceof NodeRpcError) {
        throw new WalletRefused(
          'COINS_MISSING',
          `${rpc.label} does not look for coins (scantxoutset: ${error.message}); name them with --coin txid:index`,
          { cause: error },
        );
      }
      throw error;
    });
  const unspents =
    (answer as { readonly unspents?: readonly { readonly txid: string; readonly vout: number }[] } | null)?.unspents ??
    [];
  return coinsAt(
    rpc,
    account,
    unspents.map(({ txid, vout }) => ({ txid: txid as Txid, index: vout })),
  );
}
