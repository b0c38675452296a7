import { concatBytes, decodeBase58Check, doubleSha256, hexToBytes } from '@virtualchain/bitcoin';

/** An address of Stacks: a version, and the hash of a key or a script. */
export interface StacksAddress {
  /** 22 and 20 on mainnet, 26 and 21 elsewhere, for the hash of a key and of a script. */
  readonly version: number;
  /** 20 bytes. */
  readonly hash: Uint8Array;
}

/** Crockford's: no I, L, O, U. */
const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const checksumBytes = 4;
const hashBytes = 20;

/** `S`, the version as a digit, and hash with checksum in base 32. */
export function stacksAddressText({ version, hash }: StacksAddress): string {
  const checksum = doubleSha256(concatBytes(Uint8Array.of(version), hash)).subarray(0, checksumBytes);
  return `S${DIGITS[version]}${encode(concatBytes(hash, checksum))}`;
}

/** Total: null for what is no address. Letters that are easily mistaken (O, L, I, small ones) are read as what they stand for. */
export function parseStacksAddress(text: string): StacksAddress | null {
  const normal = text.toUpperCase().replaceAll('O', '0').replace(/[LI]/g, '1');
  if (normal[0] !== 'S' || normal.length > longestText) return null;
  const version = DIGITS.indexOf(normal[1] ?? ' ');
  const bytes = version < 0 ? null : decode(normal.slice(2));
  if (bytes?.length !== hashBytes + checksumBytes) return null;
  const address = { version, hash: bytes.subarray(0, hashBytes) };
  return stacksAddressText(address) === normal ? address : null;
}

const longestText = 42;

/** A zero digit for each zero byte in front, then the number that the bytes are. */
function encode(bytes: Uint8Array): string {
  let digits = '';
  let [rest, bits] = [0, 0];
  for (const byte of bytes.toReversed()) {
    rest |= byte << bits;
    for (bits += 8; bits >= 5; bits -= 5, rest >>= 5) digits = `${DIGITS[rest & 31]}${digits}`;
  }
  digits = `${DIGITS[rest]}${digits}`.replace(/^0+/, '');
  const zeros = bytes.findIndex((byte) => byte !== 0);
  return '0'.repeat(zeros < 0 ? bytes.length : zeros) + digits;
}

function decode(digits: string): Uint8Array | null {
  let number = 0n;
  for (const digit of digits) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) return null;
    number = number * 32n + BigInt(value);
  }
  const zeros = digits.length - digits.replace(/^0+/, '').length;
  const hex = number === 0n ? '' : number.toString(16);
  return concatBytes(new Uint8Array(zeros), hexToBytes(hex.length % 2 === 0 ? hex : `0${hex}`));
}

/** Versions of Bitcoin's base58check addresses, and what they are called in Stacks. */
const VERSIONS = new Map([
  [0, 22],
  [5, 20],
  [111, 26],
  [196, 21],
]);

/** The same hash as an address of Stacks. Total: null for what is no base58check address of 20 bytes and a version that Bitcoin has. */
export function stacksAddressOfBase58(text: string): StacksAddress | null {
  const decoded = decodeBase58Check(text);
  const version = VERSIONS.get(decoded?.version ?? -1);
  return decoded?.bytes.length === hashBytes && version !== undefined ? { version, hash: decoded.bytes } : null;
}
