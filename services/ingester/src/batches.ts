import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { type ReadyBlock, readyBlock } from './block/block-entry.ts';
import { publishPoints } from './failpoints.ts';
import type { LeadingIngest } from './ingest.ts';
import { FETCH_AHEAD_BLOCKS_MAX, TRANSACTION_BLOCKS_MAX, TRANSACTION_BYTES_MAX } from './limits.ts';

/** What one transaction of the log is to hold. */
export type Batch = readonly ReadyBlock[];

/**
 * Makes the blocks of these hashes ready, in order, and hands them on as batches; the blocks behind them are being fetched
 * meanwhile. Ends early when a block left the node's best chain, and drops what is not handed on when the signal ends it.
 */
export async function* readyBatches(
  leading: LeadingIngest,
  from: Height,
  hashes: readonly BlockHash[],
): AsyncGenerator<Batch, void> {
  const { blocks, signal, traces } = leading;
  let ready: ReadyBlock[] = [];
  let bytes = 0;
  let parent = leading.branch.tip;
  /** Of the hashes, how many were fetched or are being fetched, and how many had their turn. */
  let ahead = 1;
  let done = 0;
  try {
    for (const [index, hash] of hashes.entries()) {
      if (signal.aborted) break;
      for (; ahead < hashes.length && ahead <= index + FETCH_AHEAD_BLOCKS_MAX; ahead += 1) {
        blocks.fetchAhead(hashes[ahead] as BlockHash);
      }
      done = index + 1;
      publishPoints.pass('before-fetch');
      const beganMs = traces?.now();
      const block = await readyBlock(leading, parent, (from + index) as Height, hash);
      if (block === null) break;
      publishPoints.pass('after-verify');
      ready.push(beganMs === undefined ? block : { ...block, beganMs });
      parent = block.entry.block;
      bytes += block.bytes;
      if (ready.length < TRANSACTION_BLOCKS_MAX && bytes < TRANSACTION_BYTES_MAX) continue;
      yield ready;
      ready = [];
      bytes = 0;
    }
    if (!signal.aborted && ready.length > 0) yield ready;
  } finally {
    for (const hash of hashes.slice(Math.max(1, done), ahead)) blocks.release(hash);
  }
}
