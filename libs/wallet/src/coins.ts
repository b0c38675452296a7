import {
  bytesEqual,
  hexToBytes,
  isHexBytes,
  parseTransaction,
  type Sats,
  satsOfBtc,
  type Txid,
} from '@virtualchain/bitcoin';
import { NodeReplyInvalid, type NodeRpc, NodeRpcError } from '@virtualchain/node-client';
import type { Account } from './account.ts';
import { WalletRefused } from './errors.ts';

/** An unspent output of an account. */
export interface Coin extends Outpoint {
  readonly value: Sats;
  readonly script: Uint8Array;
  /** False for one whose transaction waits in the node's mempool. */
  readonly isMined: boolean;
  /**
   * How its amount is known: from the bytes of its transaction, which hash to the txid, or from the node's set of unspent
   * outputs alone, where the bytes cannot be had (pruned).
   */
  readonly amountFrom: 'transaction' | 'unspent-set';
}

export interface Outpoint {
  readonly txid: Txid;
  readonly index: number;
}

export type CoinLook =
  | { readonly kind: 'coin'; readonly coin: Coin }
  /** Spent, also by a transaction in the mempool, or not known. */
  | { readonly kind: 'spent' }
  /** A coinbase that cannot be spent before so many more blocks. */
  | { readonly kind: 'immature'; readonly blocksLeft: number };

/** A coinbase can be spent in the block that makes so many of its own and those above it. */
const COINBASE_CONFIRMATIONS = 100;

/** Reads `txid:index`. Null for everything else. */
export function parseOutpoint(text: string): Outpoint | null {
  const [, txid, index] = /^([0-9a-f]{64}):(\d{1,9})$/.exec(text) ?? [];
  return txid === undefined ? null : { txid: txid as Txid, index: Number(index) };
}

/**
 * The coins at these outpoints, each looked up at the node and checked: it pays the account, it can be spent, and its
 * transaction hashes to its txid where its bytes can be had. One that is named twice is one coin.
 *
 * @throws WalletRefused COIN_UNUSABLE naming the coin.
 */
export async function coinsAt(
  rpc: NodeRpc,
  account: Account,
  outpoints: readonly Outpoint[],
): Promise<readonly Coin[]> {
  const coins = new Map<string, Coin>();
  for (const outpoint of outpoints) {
    const look = await lookAtCoin(rpc, account, outpoint);
    if (look.kind === 'spent') throw unusable(outpoint, 'it is spent, also when not mined yet, or not known');
    if (look.kind === 'immature') throw unusable(outpoint, immature(look.blocksLeft));
    coins.set(`${outpoint.txid}:${outpoint.index}`, look.coin);
  }
  return [...coins.values()];
}

/**
 * What the node says of an output of the account, its mempool included. `blockHash` is the block of its transaction, where
 * that is known.
 *
 * @throws WalletRefused COIN_UNUSABLE when the output is another's, or the node contradicts itself.
 */
export async function lookAtCoin(
  rpc: NodeRpc,
  account: Account,
  outpoint: Outpoint,
  blockHash?: string,
): Promise<CoinLook> {
  const { txid, index } = outpoint;
  const unspent = readUnspent(rpc, await rpc.call('gettxout', txid, index, true));
  if (unspent === null) return { kind: 'spent' };
  const { value, script, confirmations, isCoinbase, bestBlock } = unspent;
  if (!bytesEqual(script, account.script)) throw unusable(outpoint, `it does not pay ${account.address}`);
  if (isCoinbase && confirmations < COINBASE_CONFIRMATIONS)
    return { kind: 'immature', blocksLeft: COINBASE_CONFIRMATIONS - confirmations };
  const bytes =
    (await readTransaction(rpc, blockHash === undefined ? [txid, 0] : [txid, false, blockHash])) ??
    (blockHash === undefined && confirmations > 0
      ? await readTransaction(rpc, [txid, false, await blockBelow(rpc, bestBlock, confirmations - 1)])
      : await readTransaction(rpc, [txid, 0]));
  if (bytes !== null) {
    const transaction = parseTransaction(bytes);
    const output = transaction.outputs[index];
    if (transaction.txid !== txid) throw unusable(outpoint, 'the node gave another transaction');
    if (output === undefined || output.value !== value || !bytesEqual(output.script, script))
      throw unusable(outpoint, 'its transaction has another output than the node says');
  }
  const amountFrom = bytes === null ? 'unspent-set' : 'transaction';
  return { kind: 'coin', coin: { txid, index, value, script, isMined: confirmations > 0, amountFrom } };
}

function immature(blocks: number): string {
  return `a coinbase that can be spent after ${blocks} more ${blocks === 1 ? 'block' : 'blocks'}`;
}

function unusable({ txid, index }: Outpoint, why: string): WalletRefused {
  return new WalletRefused('COIN_UNUSABLE', `coin ${txid}:${index}: ${why}`);
}

interface Unspent {
  readonly value: Sats;
  readonly script: Uint8Array;
  readonly confirmations: number;
  readonly isCoinbase: boolean;
  readonly bestBlock: string;
}

/** The answer to `gettxout`. */
function readUnspent(rpc: NodeRpc, answer: unknown): Unspent | null {
  if (answer === null || answer === undefined) return null;
  const { value, scriptPubKey, confirmations, coinbase, bestblock } = answer as Readonly<Record<string, unknown>>;
  const sats = satsOfBtc(String(value));
  const hex = (scriptPubKey as { readonly hex?: unknown } | undefined)?.hex;
  if (sats === null || typeof hex !== 'string' || !isHexBytes(hex) || !Number.isSafeInteger(confirmations))
    throw new NodeReplyInvalid(rpc.label, 'gettxout: value, script and confirmations expected');
  return {
    value: sats as Sats,
    script: hexToBytes(hex),
    confirmations: confirmations as number,
    isCoinbase: coinbase === true,
    bestBlock: String(bestblock),
  };
}

/** Null when the node cannot give the bytes: it has no index, has pruned them, or does not know such a call. */
export async function readTransaction(rpc: NodeRpc, parameters: readonly unknown[]): Promise<Uint8Array | null> {
  try {
    return hexToBytes(String(await rpc.call('getrawtransaction', ...parameters)));
  } catch (error) {
    if (error instanceof NodeRpcError) return null;
    throw error;
  }
}

async function blockBelow(rpc: NodeRpc, tip: string, blocks: number): Promise<unknown> {
  const { height } = (await rpc.call('getblockheader', tip)) as { readonly height: number };
  return rpc.call('getblockhash', height - blocks);
}
