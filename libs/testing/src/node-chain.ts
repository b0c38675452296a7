import { type BlockHash, type Height, hexToBytes, parseHeader, parseTransaction } from '@virtualchain/bitcoin';
import { ExpectedError } from '@virtualchain/kernel';
import { type NodeRpc, NodeRpcError, type RpcCall } from '@virtualchain/node-client';
import type { BuiltBlock } from './building/built-block.ts';
import { REGTEST_GENESIS } from './building/regtest.ts';

/** Calls of one batch: blocks of a regtest chain are small. */
const CALLS_PER_BATCH_MAX = 50;
/** How often a chain is read that changes meanwhile. */
const TRIES_MAX = 5;

/** The node's best chain did not stand still for as long as it takes to read it. */
export class ChainUnreadable extends ExpectedError {
  override readonly name = 'ChainUnreadable';
  readonly code = 'CHAIN_UNREADABLE';
  readonly remedy = 'retry';
}

/**
 * The best chain of a node in regtest, the genesis block left out: what a miner has to know to go on where others mined. Read
 * whole, so that it is for the short chains of tests and development.
 *
 * @throws NodeRpcError and the other errors of the node
 */
export async function readNodeChain(rpc: NodeRpc): Promise<readonly BuiltBlock[]> {
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const chain = await readOnce(rpc);
    if (chain !== null) return chain;
  }
  throw new ChainUnreadable(
    `${rpc.label} went over to another branch ${TRIES_MAX} times while its chain was read; try again`,
  );
}

/** Null where the node went over to another branch while it was read. */
async function readOnce(rpc: NodeRpc): Promise<readonly BuiltBlock[] | null> {
  const top = Number(await rpc.call('getblockcount'));
  const heights = Array.from({ length: top }, (_, index) => index + 1);
  const hashes = await inBatches(rpc, heights, (height) => ({ method: 'getblockhash', parameters: [height] }));
  const blocks = await inBatches(rpc, hashes, (hash) => ({ method: 'getblock', parameters: [hash, 0] }));
  let previous = REGTEST_GENESIS;
  const chain: BuiltBlock[] = [];
  for (const [index, hex] of blocks.entries()) {
    const bytes = hexToBytes(hex);
    const { previousHash, time } = parseHeader(bytes.subarray(0, 80));
    if (previousHash !== previous.hash) return null;
    const place = { height: (index + 1) as Height, hash: hashes[index] as BlockHash, previousHash, time };
    previous = { name: `${previous.name}a`, ...place, bytes };
    chain.push(previous);
  }
  return chain;
}

/** The raw transactions that wait in a node's mempool, each after those whose outputs it spends. */
export async function readMempool(rpc: NodeRpc): Promise<readonly Uint8Array[]> {
  const txids = (await rpc.call('getrawmempool')) as readonly string[];
  const waiting = new Map<string, Uint8Array>();
  for (const txid of txids) {
    const hex = await rpc.call('getrawtransaction', txid, 0).catch((error: unknown) => {
      if (error instanceof NodeRpcError) return null; // mined or replaced since we asked
      throw error;
    });
    if (hex !== null) waiting.set(txid, hexToBytes(String(hex)));
  }
  const ordered = new Map<string, Uint8Array>();
  const take = (txid: string): void => {
    const bytes = waiting.get(txid);
    if (bytes === undefined || !waiting.delete(txid)) return;
    for (const { txid: parent } of parseTransaction(bytes).inputs) take(parent);
    ordered.set(txid, bytes);
  };
  for (const txid of txids) take(txid);
  return [...ordered.values()];
}

async function inBatches<Item>(
  rpc: NodeRpc,
  items: readonly Item[],
  callOf: (item: Item) => RpcCall,
): Promise<readonly string[]> {
  const results: string[] = [];
  for (let start = 0; start < items.length; start += CALLS_PER_BATCH_MAX) {
    for (const outcome of await rpc.batch(items.slice(start, start + CALLS_PER_BATCH_MAX).map(callOf))) {
      if (outcome.kind === 'error')
        throw new NodeRpcError(rpc.label, callOf(items[start] as Item).method, outcome.code, outcome.message);
      results.push(String(outcome.result));
    }
  }
  return results;
}
