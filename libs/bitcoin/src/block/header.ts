import type { BlockHash } from '../encoding/brand.ts';
import { uint32At } from '../encoding/byte-reader.ts';
import { concatBytes, reverseBytes, uint32Bytes } from '../encoding/bytes.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { hexToBytes, reversedHex } from '../encoding/hex.ts';
import { BlockMalformed } from '../encoding/malformed.ts';

/** What a block header says. Hashes are in display order. */
export interface BlockHeader {
  readonly version: number;
  readonly previousHash: BlockHash;
  readonly merkleRoot: string;
  /** Unix seconds, as the miner set them. */
  readonly time: number;
  /** The target in its compact form. */
  readonly bits: number;
  readonly nonce: number;
}

/** Bytes of a header. */
export const headerLength = 80;

/** What the first block of a network names as its parent. */
export const NULL_HASH = '0'.repeat(64) as BlockHash;

/** @throws BlockMalformed unless there are exactly 80 bytes; any 80 bytes are a header. */
export function parseHeader(bytes: Uint8Array): BlockHeader {
  if (bytes.length !== headerLength)
    throw new BlockMalformed(`a header has ${headerLength} bytes, not ${bytes.length}`);
  return {
    version: uint32At(bytes, 0),
    previousHash: reversedHex(bytes, 4, 32) as BlockHash,
    merkleRoot: reversedHex(bytes, 36, 32),
    time: uint32At(bytes, 68),
    bits: uint32At(bytes, 72),
    nonce: uint32At(bytes, 76),
  };
}

/** The 80 bytes of a header; its hash is over them. */
export function serializeHeader(header: BlockHeader): Uint8Array {
  return concatBytes(
    uint32Bytes(header.version),
    reverseBytes(hexToBytes(header.previousHash)),
    reverseBytes(hexToBytes(header.merkleRoot)),
    uint32Bytes(header.time),
    uint32Bytes(header.bits),
    uint32Bytes(header.nonce),
  );
}

/** The hash of a block: double sha256 of its 80 header bytes, displayed last byte first. */
export function headerHash(headerBytes: Uint8Array): BlockHash {
  return reversedHex(doubleSha256(headerBytes)) as BlockHash;
}
