import { type BlockHash, type Height, parseBlock, regtestGenesisBytes } from '@virtualchain/bitcoin';
import type { BuiltBlock } from './built-block.ts';

export { coinbaseMaturityBlocks, regtestBits, subsidyAt } from '@virtualchain/bitcoin';

/** The block that every regtest chain starts with. Its name in tests is `0`. */
export const REGTEST_GENESIS: BuiltBlock = genesis();

function genesis(): BuiltBlock {
  const bytes = regtestGenesisBytes;
  const { header, hash } = parseBlock(bytes);
  return {
    name: '0',
    height: 0 as Height,
    hash: hash as BlockHash,
    previousHash: header.previousHash,
    time: header.time,
    bytes,
  };
}
