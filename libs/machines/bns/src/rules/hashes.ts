import { bytesEqual, bytesToHex, concatBytes, hash160, hexToBytes, sha256 } from '@virtualchain/bitcoin';
import { base40Hex } from './names.ts';

const ascii = new TextEncoder();

/**
 * What a preorder of a name or namespace hides: hash160 of the text in base 40, the sender's script, and the text of the
 * address that is to own it (spec §2).
 */
export function preorderHash(id: string, senderScript: string, address: string): string {
  return bytesToHex(hash160(concatBytes(hexToBytes(base40Hex(id)), hexToBytes(senderScript), asciiBytes(address))));
}

/** The first 16 bytes of the sha256 of ASCII text. */
export function hash128(text: string): string {
  return bytesToHex(hash128Bytes(text));
}

/** What an update carries in place of the name: it commits to a recent consensus hash. */
export function nameConsensusHash(name: string, consensusHash: string): string {
  return hash128(name + consensusHash);
}

/** Whether `wanted`, 16 bytes, is that hash: asked of each name of a sender with each recent hash. */
export function isNameConsensusHash(wanted: Uint8Array, name: string, consensusHash: string): boolean {
  return bytesEqual(hash128Bytes(name + consensusHash), wanted);
}

const hash128Length = 16;

function hash128Bytes(text: string): Uint8Array {
  return sha256(asciiBytes(text)).subarray(0, hash128Length);
}

/** By hand: for short text an encoder takes longer to be called than to encode. */
function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 127) return ascii.encode(text);
    bytes[index] = code;
  }
  return bytes;
}
