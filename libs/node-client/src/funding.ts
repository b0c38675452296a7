import {
  type BlockHash,
  type Height,
  parseTransaction,
  TransactionMalformed,
  type TransactionOutput,
  type Txid,
} from '@virtualchain/bitcoin';
import { NodeReplyInvalid, NodeRpcError, TxindexRequired } from './errors.ts';
import { TRANSACTIONS_PER_BATCH_MAX } from './limits.ts';
import type { FundingSource, SpentOutputs } from './port.ts';
import { answerOf } from './rpc/answer.ts';
import type { NodeRpc } from './rpc/rpc.ts';
import type { RpcOutcome } from './rpc/rpc-reply.ts';

/** Core's and btcd's code for a transaction, block or address that is not there. */
export const notFound = -5;
const methodNotFound = -32601;

/** Finds funding transactions on one node, by its index or through the block that spends them. */
export interface FundingFinder {
  source(): Promise<FundingSource>;
  transactions(txids: readonly Txid[], spentIn?: BlockHash): Promise<ReadonlyMap<Txid, Uint8Array>>;
  spentOutputs(txids: readonly Txid[], spentIn: BlockHash): Promise<ReadonlyMap<Txid, SpentOutputs>>;
}

export function fundingFinder(rpc: NodeRpc): FundingFinder {
  let known: FundingSource | undefined;
  let last: { readonly block: BlockHash; readonly shown: ReadonlyMap<string, Shown> } | undefined;

  /** Both questions about a block are mostly asked one after the other, and it is a large answer. */
  async function shownIn(block: BlockHash): Promise<ReadonlyMap<string, Shown>> {
    if (last?.block !== block) last = { block, shown: await shownBy(rpc, block) };
    return last.shown;
  }

  async function source(): Promise<FundingSource> {
    if (known !== undefined) return known;
    const index = await askIndex(rpc);
    if (index === 'built') known = 'index';
    // An index that is still being built lacks what it has not come to yet: for hours, on mainnet.
    else if (index === 'building') return (await hasUndoData(rpc)) ? 'undo-data' : 'index';
    else known = (await hasUndoData(rpc)) ? 'undo-data' : 'none';
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
      return getRawTransactions(rpc, await locateSpent(rpc, txids, await shownIn(spentIn)));
    },
    async spentOutputs(txids, spentIn) {
      if (txids.length === 0 || (await source()) !== 'undo-data') return new Map();
      const shown = await shownIn(spentIn);
      return new Map(
        txids.flatMap((txid) => {
          const outputs = shown.get(txid)?.outputs;
          return outputs === undefined ? [] : [[txid, outputs] as const];
        }),
      );
    },
  };
}

/** `getindexinfo` where it exists; else whether the coinbase of block 1 is found, which no mempool can hold. */
async function askIndex(rpc: NodeRpc): Promise<'built' | 'building' | 'none'> {
  const [info] = await rpc.batch([{ method: 'getindexinfo', parameters: ['txindex'] }]);
  if (info?.kind === 'result') {
    const { txindex } = answerOf(rpc.label, 'getindexinfo').object(info.result);
    if (txindex === undefined) return 'none';
    return answerOf(rpc.label, 'getindexinfo').object(txindex)['synced'] === true ? 'built' : 'building';
  }
  if (info?.code !== methodNotFound) throw asError(rpc, 'getindexinfo', info);
  const probe = await firstCoinbase(rpc);
  if (probe === null) return 'built'; // Nothing but the genesis block: nothing can be spent yet.
  const [found] = await rpc.batch([{ method: 'getrawtransaction', parameters: [probe, 0] }]);
  if (found?.kind === 'error' && found.code !== notFound) throw asError(rpc, 'getrawtransaction', found);
  return found?.kind === 'result' ? 'built' : 'none';
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

/** What a block's inputs spend, as `getblock` 3 shows it. */
interface Shown {
  readonly height: Height;
  readonly outputs: Record<number, TransactionOutput>;
}

async function shownBy(rpc: NodeRpc, spentIn: BlockHash): Promise<ReadonlyMap<string, Shown>> {
  const answer = answerOf(rpc.label, 'getblock');
  const shown = new Map<string, Shown>();
  const block = answer.object(await rpc.call('getblock', spentIn, 3));
  for (const transaction of answer.array(block['tx'])) {
    for (const input of answer.array(answer.object(transaction)['vin'])) {
      const { txid, vout, prevout } = answer.object(input);
      if (typeof txid !== 'string' || prevout === undefined) continue;
      const { height, value, scriptPubKey } = answer.object(prevout);
      const spent = shown.get(txid) ?? { height: answer.height(height), outputs: {} };
      spent.outputs[answer.height(vout)] = {
        value: answer.sats(value),
        script: answer.script(answer.object(scriptPubKey)['hex']),
      };
      shown.set(txid, spent);
    }
  }
  return shown;
}

/** Where each transaction is, from the heights that the node shows beside the inputs of the spending block. */
async function locateSpent(
  rpc: NodeRpc,
  txids: readonly Txid[],
  shown: ReadonlyMap<string, Shown>,
): Promise<readonly (readonly unknown[])[]> {
  const answer = answerOf(rpc.label, 'getblockhash');
  const places = txids.flatMap((txid) => {
    const found = shown.get(txid);
    return found === undefined ? [] : [[txid, found.height] as const];
  });
  const hashes = await rpc.batch(places.map(([, height]) => ({ method: 'getblockhash', parameters: [height] })));
  return places.map(([txid], index) => {
    const hash = hashes[index];
    if (hash?.kind !== 'result') throw asError(rpc, 'getblockhash', hash);
    return [txid, false, answer.hash(hash.result)];
  });
}

/** Transactions by the arguments of `getrawtransaction`, in bounded batches, each checked against its txid; what is not there is left out. */
export async function getRawTransactions(
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
      else if (outcome.code !== notFound && !isPruned(outcome)) throw asError(rpc, 'getrawtransaction', outcome);
    });
  }
  return found;
}

/** Core's answer for a transaction of a block that it has thrown away: `Block not available (pruned data)`. */
function isPruned({ code, message }: RpcOutcome & { readonly kind: 'error' }): boolean {
  return code === -1 && /block not available/i.test(message);
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
