import { createBase58check } from '@scure/base';
import type { NetworkName } from '../block/network.ts';
import { base58 } from '../encoding/base58.ts';
import { doubleSha256, sha256 } from '../encoding/hashing.ts';
import { isP2pkh, isP2sh } from './script.ts';

/** The byte in front of the hash that tells networks and kinds apart. */
interface AddressVersions {
  readonly p2pkh: number;
  readonly p2sh: number;
}

const MAINNET: AddressVersions = { p2pkh: 0, p2sh: 5 };
const ELSEWHERE: AddressVersions = { p2pkh: 111, p2sh: 196 };

export function addressVersions(network: NetworkName): AddressVersions {
  return network === 'mainnet' ? MAINNET : ELSEWHERE;
}

const base58check = createBase58check(sha256);
const checksumBytes = 4;

/** Version byte, bytes and checksum in base 58. */
export function encodeBase58Check(version: number, bytes: Uint8Array): string {
  const checked = new Uint8Array(1 + bytes.length + checksumBytes);
  checked[0] = version;
  checked.set(bytes, 1);
  const checksum = doubleSha256(checked.subarray(0, 1 + bytes.length));
  checked.set(checksum.subarray(0, checksumBytes), 1 + bytes.length);
  return base58(checked);
}

/** Total: null for text that is not base 58 or whose checksum is wrong. */
export function decodeBase58Check(text: string): { readonly version: number; readonly bytes: Uint8Array } | null {
  try {
    const decoded = base58check.decode(text);
    const [version] = decoded;
    return version === undefined ? null : { version, bytes: decoded.subarray(1) };
  } catch {
    return null;
  }
}

/** The base 58 address of a p2pkh or p2sh script; null for every other script (spec §2). */
export function scriptAddress(script: Uint8Array, network: NetworkName): string | null {
  const versions = addressVersions(network);
  if (isP2pkh(script)) return encodeBase58Check(versions.p2pkh, script.subarray(3, 23));
  if (isP2sh(script)) return encodeBase58Check(versions.p2sh, script.subarray(2, 22));
  return null;
}
