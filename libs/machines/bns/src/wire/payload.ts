import { bytesToHex, concatBytes, hexToBytes } from '@virtualchain/bitcoin';
import { type Ignored, ignored } from '@virtualchain/machine';
import { isName, latin1, nameBytesMax } from '../rules/names.ts';

const amountBytes = 8;
const unitBytes = 19;

export function isIgnored(value: unknown): value is Ignored {
  return typeof value === 'object' && value !== null && (value as { kind?: unknown }).kind === 'ignored';
}

/** Hex of the bytes from `start`. */
export function hexAt(payload: Uint8Array, start: number, length: number): string {
  return bytesToHex(payload.subarray(start, start + length));
}

/** An amount of tokens: 8 bytes, big-endian, whatever the documents of the original say. */
export function amountAt(payload: Uint8Array, start: number): bigint {
  return BigInt(`0x${hexAt(payload, start, amountBytes)}`);
}

export function amountPayload(amount: bigint): Uint8Array {
  return hexToBytes(BigInt.asUintN(64, amount).toString(16).padStart(16, '0'));
}

/**
 * The unit of tokens: 19 bytes, padded with NUL. A unit outside printable ASCII stops the original (spec §15); here it
 * is ignored, which comes to the same as the account that nobody has in it.
 */
export function unitAt(payload: Uint8Array, start: number): string | Ignored {
  const bytes = payload.subarray(start, start + unitBytes);
  const first = bytes.findIndex((byte) => byte !== 0);
  const unit = first < 0 ? '' : latin1(bytes.subarray(first, bytes.findLastIndex((byte) => byte !== 0) + 1));
  return /^[ -~]*$/.test(unit) ? unit : ignored('UNIT_MALFORMED', 'the token unit is no printable ASCII');
}

export function unitPayload(unit: string): Uint8Array {
  return padded(new TextEncoder().encode(unit), unitBytes);
}

/** A name that fills the bytes, or is padded with NUL at the end where the layout says so. */
export function nameAt(bytes: Uint8Array, padding: 'padded' | 'unpadded'): string | Ignored {
  const end = padding === 'padded' ? bytes.findLastIndex((byte) => byte !== 0) + 1 : bytes.length;
  const name = latin1(bytes.subarray(0, end));
  if (isName(name)) return name;
  return ignored('NAME_INVALID', `${JSON.stringify(escaped(name))} is no label.namespace of 0-9 a-z - _`);
}

/** For people: Postgres takes no NUL, and terminals no control characters. */
export function escaped(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}

export function namePayload(name: string): Uint8Array {
  return new TextEncoder().encode(name);
}

export function paddedName(name: string): Uint8Array {
  return padded(namePayload(name), nameBytesMax);
}

function padded(bytes: Uint8Array, length: number): Uint8Array {
  return concatBytes(bytes, new Uint8Array(Math.max(0, length - bytes.length))).subarray(0, length);
}

export function wrongLength(payload: Uint8Array, wanted: string): Ignored {
  return ignored('PAYLOAD_LENGTH', `${payload.length} bytes where ${wanted}`);
}
