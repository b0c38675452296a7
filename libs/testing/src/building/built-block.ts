import type { BlockHash, Height } from '@virtualchain/bitcoin';

/** A block of a chain made for tests. */
export interface BuiltBlock {
  /** Spells the ancestry: `0`, `0a`, `0ab`. */
  readonly name: string;
  readonly height: Height;
  readonly hash: BlockHash;
  readonly previousHash: BlockHash;
  readonly time: number;
  readonly bytes: Uint8Array;
}
