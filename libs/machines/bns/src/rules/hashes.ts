import { bytesToHex, concatBytes, hash160, hexToBytes, sha256 } from '@virtualchain/bitcoin';
import { base40Hex } from './names.ts';

const ascii = new TextEncoder();

/**
 * What a preorder of a name or namespace hides: hash160 of the text in base 40, the sender's script, and the text of the
 * address that is to own it (spec §2).
 */
export function preorderHash(id: string, senderScript: string, address: string): string {
  return bytesToHex(hash160(concatBytes(hexToBytes(base40Hex(id)), hexToBytes(senderScript), ascii.encode(address))));
}

/** The first 16 bytes of the sha256 of ASCII text. */
export function hash128(text: string): string {
  return bytesToHex(sha256(ascii.encode(text)).subarray(0, 16));
}

/** What an update carries in place of the name: it commits to a recent consensus hash. */
export function nameConsensusHash(name: string, consensusHash: string): string {
  return hash128(name + consensusHash);
}
