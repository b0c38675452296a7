import { type BlockHash, type Height, parseHeader, workFromBits } from '@virtualchain/bitcoin';
import { HEADERS_PER_BATCH_MAX } from '../limits.ts';
import type { BitcoinNode } from '../port.ts';
import type { NodeTip } from './branch.ts';

/**
 * Whether the node's best chain has more work above `base` than ours has, as much, or less. The work is summed by us
 * from the headers, whose links are checked on the way, and no further than needed. `moved` when they do not fit
 * together, or when the block above `base` is ours after all: then `base`, which another node may have named before a
 * failover, is no fork.
 */
export async function compareWork(
  node: BitcoinNode,
  base: { readonly height: Height; readonly hash: BlockHash | null; readonly ourNext: BlockHash | null },
  nodeTip: NodeTip,
  ourWork: bigint,
): Promise<'more' | 'equal' | 'less' | 'moved'> {
  let work = 0n;
  let previous = base.hash;
  for (let height = base.height + 1; height <= nodeTip.height; height += HEADERS_PER_BATCH_MAX) {
    const count = Math.min(HEADERS_PER_BATCH_MAX, nodeTip.height - height + 1);
    const hashes = await node.blockHashesFrom(height as Height, count);
    const headers = await Promise.all(hashes.map((hash) => node.header(hash)));
    if (hashes.length < count) return 'moved';
    if (height === base.height + 1 && hashes[0] === base.ourNext) return 'moved';
    for (const [index, bytes] of headers.entries()) {
      if (bytes === null) return 'moved';
      const { previousHash, bits } = parseHeader(bytes);
      if (previous !== null && previousHash !== previous) return 'moved';
      previous = hashes[index] as BlockHash;
      work += workFromBits(bits);
    }
    if (work > ourWork) return 'more';
  }
  if (nodeTip.height > base.height && previous !== nodeTip.hash) return 'moved';
  return work === ourWork ? 'equal' : 'less';
}
