import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ExpectedError } from '@virtualchain/kernel';
import type { NetworkName } from '../block/network.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { hash160 } from '../encoding/hashing.ts';
import { bytesToHex, hexToBytes, isHexBytes } from '../encoding/hex.ts';
import { addressVersions, decodeBase58Check, encodeBase58Check } from '../script/address.ts';

/** A private key, and which form of its public key it goes with. */
export interface PrivateKey {
  readonly bytes: Uint8Array;
  readonly isCompressed: boolean;
}

/** Text that is no private key. The text itself is not repeated, as it may be nearly one. */
export class PrivateKeyInvalid extends ExpectedError {
  override readonly name = 'PrivateKeyInvalid';
  readonly code = 'PRIVATE_KEY_INVALID';
  readonly remedy = 'halt';

  constructor(why: string) {
    super(`not a private key: ${why}`);
  }
}

const WIF_MAINNET = 128;
const WIF_ELSEWHERE = 239;

/**
 * Reads a key as the original took it: 64 hex digits (uncompressed), 66 that end with 01 (compressed), or WIF of any
 * network.
 * @throws PrivateKeyInvalid
 */
export function parsePrivateKey(text: string): PrivateKey {
  if (isHexBytes(text) && text.length > 0) return fromBytes(hexToBytes(text));
  const wif = decodeBase58Check(text);
  if (wif === null || ![WIF_MAINNET, WIF_ELSEWHERE].includes(wif.version))
    throw new PrivateKeyInvalid('neither hex nor WIF');
  return fromBytes(wif.bytes);
}

function fromBytes(bytes: Uint8Array): PrivateKey {
  const isCompressed = bytes.length === 33;
  if (isCompressed && bytes[32] !== 1) throw new PrivateKeyInvalid('33 bytes that do not end with 01');
  const key = bytes.slice(0, 32);
  if (bytes.length < 32 || bytes.length > 33 || !secp256k1.utils.isValidSecretKey(key)) {
    throw new PrivateKeyInvalid(bytes.length < 32 || bytes.length > 33 ? `${bytes.length} bytes` : 'out of range');
  }
  return { bytes: key, isCompressed };
}

/** 64 digits, or 66 that end with 01 when the public key is compressed. */
export function privateKeyHex({ bytes, isCompressed }: PrivateKey): string {
  return bytesToHex(bytes) + (isCompressed ? '01' : '');
}

/** A private key in the wallet import format of a network, as wallets exchange it. */
export function encodeWif({ bytes, isCompressed }: PrivateKey, network: NetworkName): string {
  const version = network === 'mainnet' ? WIF_MAINNET : WIF_ELSEWHERE;
  return encodeBase58Check(version, isCompressed ? concatBytes(bytes, Uint8Array.of(1)) : bytes);
}

/** The public key of a private key: 33 bytes, or 65 where the key says so. */
export function publicKeyOf({ bytes, isCompressed }: PrivateKey): Uint8Array {
  return secp256k1.getPublicKey(bytes, isCompressed);
}

/** The p2pkh address of a public key, in the form it has. */
export function publicKeyAddress(publicKey: Uint8Array, network: NetworkName): string {
  return encodeBase58Check(addressVersions(network).p2pkh, hash160(publicKey));
}
