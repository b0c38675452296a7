import { createHash } from 'node:crypto';
import { parseBlock, uint32Bytes } from '@virtualchain/bitcoin';
import type { Bench } from '../harness/bench.ts';
import { bitcoinjsPeer, openBitcoinjsPeer, openRustPeer, rustPeer } from '../peers/block-peers.ts';
import { blockBenches } from './block-rows.ts';

/** Where the payloads of a block are: nothing is copied, as by a peer that borrows. */
function payloadsOf(bytes: Uint8Array) {
  return { bytes, payloads: parseBlock(bytes).layout.payloads };
}

function answer(found: readonly ReturnType<typeof payloadsOf>[]): string {
  const digest = createHash('sha256');
  for (const { bytes, payloads } of found) {
    for (let at = 0; at < payloads.length; at += 3) {
      const payload = bytes.subarray(payloads[at + 1], payloads[at + 2]);
      digest.update(uint32Bytes(payload.length)).update(payload);
    }
  }
  return digest.digest('hex');
}

const scan = { find: payloadsOf, answer, sets: ['W1', 'W2', 'W3', 'W4'] } as const;

export const benches: readonly Bench[] = [
  ...blockBenches({
    ...scan,
    name: 'scan',
    note: 'What limits it: one walk over the bytes (73 to 97 % of a profile), where each step needs the length read by the one before, in checked reads of JavaScript; copying the offsets is the rest (22 % in W3, of 5,600 transactions). Tried: a call for each part of a transaction (twice as long), three calls (a third longer). bitcoin_slices does the same walk in native code.',
    peer: rustPeer,
    openPeer: () => openRustPeer('scan'),
    beside: { name: 'bitcoin_slices', open: () => openRustPeer('scan-slices') },
    target: { kind: 'speed', atLeast: 15 },
    iterations: 40,
  }),
  ...blockBenches({
    ...scan,
    name: 'scan (npm)',
    peer: bitcoinjsPeer,
    openPeer: openBitcoinjsPeer,
    target: { kind: 'speed', atLeast: 60 },
    iterations: 8,
  }),
];
