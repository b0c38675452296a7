import { createHash } from 'node:crypto';
import { hexToBytes, reverseBytes, uint32Bytes, verifyBlock } from '@virtualchain/bitcoin';
import type { Bench } from '../harness/bench.ts';
import { openRustPeer, rustPeer } from '../peers/block-peers.ts';
import { blockBenches } from './block-rows.ts';

function answer(roots: readonly string[]): string {
  const digest = createHash('sha256');
  for (const root of roots) digest.update(uint32Bytes(32)).update(reverseBytes(hexToBytes(root)));
  return digest.digest('hex');
}

export const benches: readonly Bench[] = blockBenches({
  name: 'verify',
  sets: ['W1', 'W2', 'W3'],
  peer: rustPeer,
  openPeer: () => openRustPeer('verify'),
  beside: { name: 'bitcoin_slices, txids alone', open: () => openRustPeer('verify-slices') },
  target: { kind: 'time', atMost: 1 },
  iterations: 20,
  find: (bytes) => verifyBlock(bytes).header.merkleRoot,
  answer,
});
