import { createBase58check } from '@scure/base';
import type { NetworkName } from '../block/network.ts';
import { base58 } from '../encoding/base58.ts';
import { doubleSha256, sha256 } from '../encoding/hashing.ts';
import { doubleSha256OfEqual } from '../sha256/double-sha256-each.ts';
import { isP2pkh, isP2sh } from './script.ts';

/** The byte in front of the hash that tells networks and kinds apart. */
interface AddressVersions {
  readonly p2pkh: number;
  readonly p2sh: number;
}

const MAINNET: AddressVersions = { p2pkh: 0, p2sh: 5 };
const ELSEWHERE: AddressVersions = { p2pkh: 111, p2sh: 196 };

/** The version bytes of base58check addresses on a network: those of mainnet, or those that all test networks share. */
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

const addressBytes = 21;
const sha256Bytes = 32;

/** The same of many scripts, in their order: the checksums of all are made in one call, which is most of the work. */
export function scriptAddresses(scripts: readonly Uint8Array[], network: NetworkName): readonly (string | null)[] {
  const versions = addressVersions(network);
  const messages = new Uint8Array(scripts.length * addressBytes);
  let count = 0;
  const places = scripts.map((script) => {
    const isKey = isP2pkh(script);
    if (!isKey && !isP2sh(script)) return null;
    const at = count * addressBytes;
    messages[at] = isKey ? versions.p2pkh : versions.p2sh;
    const hashAt = isKey ? 3 : 2;
    for (let index = 1; index < addressBytes; index += 1) messages[at + index] = script[hashAt - 1 + index] as number;
    count += 1;
    return count - 1;
  });
  const found = messages.subarray(0, count * addressBytes);
  const hashes = doubleSha256OfEqual(found, addressBytes);
  const checked = new Uint8Array(addressBytes + checksumBytes);
  return places.map((place) => {
    if (place === null) return null;
    checked.set(found.subarray(place * addressBytes, (place + 1) * addressBytes));
    checked.set(hashes.subarray(place * sha256Bytes, place * sha256Bytes + checksumBytes), addressBytes);
    return base58(checked);
  });
}
