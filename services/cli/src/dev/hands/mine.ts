import type { BuiltBlock } from '@virtualchain/testing';
import { BLOCK_TRANSACTIONS_BYTES_MAX } from './limits.ts';
import { requireBest } from './overtaken.ts';
import type { Stage } from './stage.ts';

/** What `mine` did. */
export interface Mined {
  readonly height: number;
  readonly hash: string;
  readonly blocks: number;
  /** Of the mempool. */
  readonly transactions: number;
}

/**
 * Mines so many blocks; the first ones hold what waits in the node's mempool.
 *
 * @throws BlockRefused, Overtaken
 */
export async function mine(
  { rpc, miner, mempool }: Pick<Stage, 'rpc' | 'miner' | 'mempool'>,
  count: number,
): Promise<Mined> {
  const waiting = [...mempool];
  let block: BuiltBlock = miner.tip;
  for (let mined = 0; mined < count; mined += 1) {
    block = await miner.mine(takeBlock(waiting), { time: timeAfter(block) });
    await requireBest(rpc, block);
  }
  return { height: block.height, hash: block.hash, blocks: count, transactions: mempool.length - waiting.length };
}

/** Takes as much from the front as fits into a block. */
function takeBlock(waiting: Uint8Array[]): readonly Uint8Array[] {
  let [bytes, count] = [0, 0];
  for (const transaction of waiting) {
    bytes += transaction.length;
    if (bytes > BLOCK_TRANSACTIONS_BYTES_MAX) break;
    count += 1;
  }
  return waiting.splice(0, count);
}

/** Now, or a second after the parent: a clock of whole seconds is slower than this miner. */
export function timeAfter(parent: Pick<BuiltBlock, 'time'>): number {
  return Math.max(parent.time + 1, Math.floor(Date.now() / 1000));
}
