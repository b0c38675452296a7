import { existsSync, readFileSync } from 'node:fs';
import {
  type BlockHeader,
  compactSizeBytes,
  concatBytes,
  genesisHeader,
  parseBlock,
  serializeHeader,
} from '@virtualchain/bitcoin';
import { REGTEST_GENESIS } from '@virtualchain/testing';

/** Real blocks lie beside the project, not in it. */
const folder = new URL('../../../shared/blocks/', import.meta.url);

export const hasMainnetBlocks = existsSync(folder);

/** The first block of the main network: its own header, and the coinbase that every network but testnet4 starts with. */
export function mainnetGenesis(): Uint8Array {
  const [coinbase] = parseBlock(REGTEST_GENESIS.bytes).transactions;
  if (coinbase === undefined) throw new TypeError('a block has a coinbase');
  return concatBytes(serializeHeader(genesisHeader('mainnet') as BlockHeader), compactSizeBytes(1), coinbase.bytes);
}

/** One later block of the main network. */
export function mainnetBlock(height: number): Uint8Array {
  return Uint8Array.from(readFileSync(new URL(`mainnet-${height}.raw`, folder)));
}

/** Blocks 1 to 255, from a node's own block file: magic, length, block. */
export function firstMainnetBlocks(): readonly Uint8Array[] {
  const file = readFileSync(new URL('mainnet-1-255.blk', folder));
  const blocks: Uint8Array[] = [];
  for (let at = 0; at < file.length; ) {
    const length = file.readUInt32LE(at + 4);
    blocks.push(Uint8Array.from(file.subarray(at + 8, at + 8 + length)));
    at += 8 + length;
  }
  return blocks;
}
