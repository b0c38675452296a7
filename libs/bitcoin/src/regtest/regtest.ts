import { hexToBytes } from '../encoding/hex.ts';

/** The easiest target there is: every second hash meets it. */
export const regtestBits = 0x207fffff;
/** How deep a coinbase must be before it can be spent. */
export const coinbaseMaturityBlocks = 100;
const halvingIntervalBlocks = 150;
/** After so many halvings nothing is created any more. */
const halvingsMax = 64;

/** What the coinbase of a block of regtest may create, in satoshis, fees aside. */
export function subsidyAt(height: number): bigint {
  const halvings = Math.floor(height / halvingIntervalBlocks);
  return halvings >= halvingsMax ? 0n : 5_000_000_000n >> BigInt(halvings);
}

const GENESIS_HEADER =
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000';
const GENESIS_COINBASE =
  '01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000';

/** The block that every regtest chain starts with. */
export const regtestGenesisBytes: Uint8Array = hexToBytes(`${GENESIS_HEADER}01${GENESIS_COINBASE}`);
