import {
  bytesToHex,
  doubleSha256Each,
  type Height,
  hash160,
  hexToBytes,
  merkleTreeOfHashes,
  merkleTreeOfHex,
  treeRoot,
} from '@virtualchain/bitcoin';
import type { Brand } from '@virtualchain/kernel';

/** 32 lower-case hex digits: what seals a block and all before it (`spec/virtualchain.md` §1). */
export type ConsensusHash = Brand<string, 'ConsensusHash'>;
/** 64 lower-case hex digits over the transitions of one block. */
export type OpsHash = Brand<string, 'OpsHash'>;

const CONSENSUS_HASH = /^[0-9a-f]{32}$/;

/** @throws RangeError when `value` is not 32 lower-case hex digits. */
export function consensusHash(value: string): ConsensusHash {
  if (!CONSENSUS_HASH.test(value)) throw new RangeError(`not a consensus hash (32 lower-case hex digits): ${value}`);
  return value as ConsensusHash;
}

const hashBytes = 32;
const EMPTY_BLOCK: readonly Uint8Array[] = [new Uint8Array()];

/** Ops hash of the serialised transitions of a block. Their order does not matter: the leaves are sorted. */
export function opsHash(serialized: readonly Uint8Array[]): OpsHash {
  const messages = serialized.length === 0 ? EMPTY_BLOCK : serialized;
  const hashes = doubleSha256Each(messages);
  const starts = messages.map((_, index) => index * hashBytes).sort((a, b) => compareHashes(hashes, a, b));
  const nodes = new Uint8Array(hashes.length);
  starts.forEach((start, index) => {
    const end = (index + 1) * hashBytes;
    for (let byte = 0; byte < hashBytes; byte++) nodes[end - 1 - byte] = hashes[start + byte] as number;
  });
  return treeRoot(merkleTreeOfHashes(nodes)) as OpsHash;
}

/** Below 0 when the hash at `a` comes before the one at `b`, as their hex does. */
function compareHashes(hashes: Uint8Array, a: number, b: number): number {
  for (let byte = 0; byte < hashBytes; byte++) {
    const difference = (hashes[a + byte] as number) - (hashes[b + byte] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** The heights whose consensus hashes block `at` mixes in: at−1, at−3, at−7, … while they are `firstBlock` or above. */
export function previousHeights(at: number, firstBlock: number): Height[] {
  const heights: Height[] = [];
  for (let step = 1; at - step >= firstBlock; step = step * 2 + 1) heights.push((at - step) as Height);
  return heights;
}

/** Consensus hash of a block from its ops hash and the consensus hashes of `previousHeights`. */
export function consensusHashOf(ops: OpsHash | string, previous: readonly string[]): ConsensusHash {
  return consensusHashOfRoot(treeRoot(merkleTreeOfHex([...previous, ops].sort())));
}

/** First half of hash160 of a merkle root, the root read in display order. */
export function consensusHashOfRoot(root: string): ConsensusHash {
  return bytesToHex(hash160(hexToBytes(root)).subarray(0, 16)) as ConsensusHash;
}
