import { type BlockHash, type Height, parseTransaction, TransactionMalformed, type Txid } from '@virtualchain/bitcoin';
import { answerOf } from './answer.ts';
import { NodeReplyInvalid, NodeRpcError, TxindexRequired } from './errors.ts';
import { TRANSACTIONS_PER_BATCH_MAX } from './limits.ts';
import type { FundingSource } from './port.ts';
import type { NodeRpc } from './rpc.ts';
import type { RpcOutcome } from './rpc-reply.ts';

/** Core's and btcd's code for a transaction, block or address that is not there. */
export const notFound = -5;
const methodNotFound = -32601;

/** Finds funding transactions on one node, by its index or through the block that spends them. */
export interface FundingFinder {
  source(): Promise<FundingSource>;
  transactions(txids: readonly Txid[], spentIn?: BlockHash): Promise<ReadonlyMap<Txid, Uint8Array>>;
}

export function fundingFinder(rpc: NodeRpc): FundingFinder {
  let known: FundingSource | undefined;

  async function source(): Promise<FundingSource> {
    known ??= (await hasIndex(rpc)) ? 'index' : (await hasUndoData(rpc)) ? 'undo-data' : 'none';
    return known;
  }

  return {
    source,
    async transactions(txids, spentIn) {
      if (txids.length === 0) return new Map();
      if ((await source()) === 'index')
        return getRawTransactions(
          rpc,
          txids.map((txid) => [txid, 0]),
        );
      if ((await source()) === 'none' || spentIn === undefined) {
        throw new TxindexRequired(rpc.label, 'gives no funding transactions: start it with txindex=1');
      }
      return getRawTransactions(rpc, await locateSpent(rpc, txids, spentIn));
    },
  };
}

/** `getindexinfo` where it exists; else whether the coinbase of block 1 is found, which no mempool can hold. */
async function hasIndex(rpc: NodeRpc): Promise<boolean> {
  const [info] = await rpc.batch([{ method: 'getindexinfo', parameters: ['txindex'] }]);
  if (info?.kind === 'result') {
    const { txindex } = answerOf(rpc.label, 'getindexinfo').object(info.result);
    return txindex !== undefined;
  }
  if (info?.code !== methodNotFound) throw asError(rpc, 'getindexinfo', info);
  const probe = await firstCoinbase(rpc);
  if (probe === null) return true; // Nothing but the genesis block: nothing can be spent yet.
  const [found] = await rpc.batch([{ method: 'getrawtransaction', parameters: [probe, 0] }]);
  if (found?.kind === 'error' && found.code !== notFound) throw asError(rpc, 'getrawtransaction', found);
  return found?.kind === 'result';
}

async function firstCoinbase(rpc: NodeRpc): Promise<string | null> {
  const [hash] = await rpc.batch([{ method: 'getblockhash', parameters: [1] }]);
  if (hash?.kind !== 'result') return null;
  const answer = answerOf(rpc.label, 'getblock');
  const block = answer.object(await rpc.call('getblock', answer.hash(hash.result), 1));
  return answer.text(answer.array(block['tx'])[0]);
}

/** Whether `getblock` 3 shows what the inputs spend. A node that does not know 3 answers as for 2. */
async function hasUndoData(rpc: NodeRpc): Promise<boolean> {
  const [info] = await rpc.batch([{ method: 'getnetworkinfo', parameters: [] }]);
  if (info?.kind !== 'result') return false;
  const { version } = answerOf(rpc.label, 'getnetworkinfo').object(info.result);
  return typeof version === 'number' && version >= undoDataSinceVersion;
}

/** Core 23.0 was the first with `getblock` 3. */
const undoDataSinceVersion = 230_000;

/** Where each transaction is, from the heights that `getblock` 3 shows beside the inputs of the spending block. */
async function locateSpent(
  rpc: NodeRpc,
  txids: readonly Txid[],
  spentIn: BlockHash,
): Promise<readonly (readonly unknown[])[]> {
  const answer = answerOf(rpc.label, 'getblock');
  const wanted = new Set<string>(txids);
  const heights = new Map<string, Height>();
  const block = answer.object(await rpc.call('getblock', spentIn, 3));
  for (const transaction of answer.array(block['tx'])) {
    for (const input of answer.array(answer.object(transaction)['vin'])) {
      const { txid, prevout } = answer.object(input);
      if (typeof txid === 'string' && wanted.has(txid) && prevout !== undefined) {
        heights.set(txid, answer.height(answer.object(prevout)['height']));
      }
    }
  }
  const places = [...heights];
  const hashes = await rpc.batch(places.map(([, height]) => ({ method: 'getblockhash', parameters: [height] })));
  return places.map(([txid], index) => {
    const hash = hashes[index];
    if (hash?.kind !== 'result') throw asError(rpc, 'getblockhash', hash);
    return [txid, false, answer.hash(hash.result)];
  });
}

async function getRawTransactions(
  rpc: NodeRpc,
  calls: readonly (readonly unknown[])[],
): Promise<ReadonlyMap<Txid, Uint8Array>> {
  const found = new Map<Txid, Uint8Array>();
  for (let start = 0; start < calls.length; start += TRANSACTIONS_PER_BATCH_MAX) {
    const batch = calls.slice(start, start + TRANSACTIONS_PER_BATCH_MAX);
    const outcomes = await rpc.batch(batch.map((parameters) => ({ method: 'getrawtransaction', parameters })));
    outcomes.forEach((outcome, index) => {
      const txid = batch[index]?.[0] as Txid;
      if (outcome.kind === 'result') found.set(txid, checkedTransaction(rpc, txid, outcome.result));
      else if (outcome.code !== notFound) throw asError(rpc, 'getrawtransaction', outcome);
    });
  }
  return found;
}

function checkedTransaction(rpc: NodeRpc, txid: Txid, result: unknown): Uint8Array {
  const bytes = answerOf(rpc.label, 'getrawtransaction').bytes(result);
  try {
    if (parseTransaction(bytes).txid === txid) return bytes;
  } catch (error) {
    if (!(error instanceof TransactionMalformed)) throw error;
  }
  throw new NodeReplyInvalid(rpc.label, `getrawtransaction: not the transaction ${txid}`);
}

function asError(rpc: NodeRpc, method: string, outcome: RpcOutcome | undefined): Error {
  return outcome?.kind === 'error'
    ? new NodeRpcError(rpc.label, method, outcome.code, outcome.message)
    : new NodeReplyInvalid(rpc.label, `${method}: no answer`);
}
