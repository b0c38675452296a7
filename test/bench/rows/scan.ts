import { createHash } from 'node:crypto';
import { nulldataPayload, parseBlock, uint32Bytes } from '@virtualchain/bitcoin';
import type { Bench } from '../harness/bench.ts';
import { bitcoinjsPeer, openBitcoinjsPeer, openRustPeer, rustPeer } from '../peers/block-peers.ts';
import { blockBenches } from './block-rows.ts';

/** Block bytes to the list of payloads. */
function payloadsOf(bytes: Uint8Array): readonly Uint8Array[] {
  const payloads: Uint8Array[] = [];
  for (const { hasOpReturn, outputs } of parseBlock(bytes).transactions) {
    const payload = hasOpReturn ? nulldataPayload(outputs) : null;
    if (payload !== null) payloads.push(payload);
  }
  return payloads;
}

function answer(found: readonly (readonly Uint8Array[])[]): string {
  const digest = createHash('sha256');
  for (const payload of found.flat()) digest.update(uint32Bytes(payload.length)).update(payload);
  return digest.digest('hex');
}

const scan = { find: payloadsOf, answer, sets: ['W1', 'W2', 'W3', 'W4'] } as const;

export const benches: readonly Bench[] = [
  ...blockBenches({
    ...scan,
    name: 'scan',
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
