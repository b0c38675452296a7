import { isDeepStrictEqual } from 'node:util';
import { bech32 } from '@scure/base';
import { Transaction as ReferenceTransaction } from '@scure/btc-signer';
import { bytesToHex, hexToBytes, SIGHASH } from '@virtualchain/bitcoin';
import type { AN_ERROR } from './case.ts';

type AnError = typeof AN_ERROR;

/**
 * Where the vectors record a defect of the original, the right value is expected instead. Each rule names its row of
 * spec §11 and looks at the value, never at a path in a file, so that it holds for other files of the schema.
 */
export interface Corrected<Value> {
  readonly expected: Value;
  readonly corrected?: number;
}

/** Row 19: `is_hex` accepts a trailing newline. Right: it does not. */
export function isHexExpected(input: string, recorded: boolean): Corrected<boolean> {
  return recorded && input.endsWith('\n') ? { expected: false, corrected: 19 } : { expected: recorded };
}

/** Row 18: a proof of kind `m` verifies against any root. Right: only against its own. */
export function verifiesExpected(path: string, leaf: string, root: string, recorded: boolean): Corrected<boolean> {
  const isLone = /^[0-9]+:[0-9]+:m-/.test(path);
  return isLone && recorded && leaf !== root ? { expected: false, corrected: 18 } : { expected: recorded };
}

/** Row 4: every witness script was given an address of version 1. Right: version 0, which is what they are. */
export function scriptAddressExpected(recorded: string | null | AnError): Corrected<unknown> {
  return typeof recorded === 'string' ? defaultAddressExpected(recorded) : { expected: recorded };
}

/** Row 4: the same where a program alone becomes an address. */
export function defaultAddressExpected(recorded: string): Corrected<string> {
  const decoded = bech32.decodeUnsafe(recorded);
  const [version, ...program] = decoded?.words ?? [];
  if (decoded === undefined || version !== 1) return { expected: recorded };
  return { expected: bech32.encode(decoded.prefix, [0, ...program]), corrected: 4 };
}

/** Row 4: whatever version an address names, the script paid to version 0. Right: the opcode of the version. */
export function paymentScriptExpected(version: number, recorded: string): Corrected<string> {
  if (version === 0 || !recorded.startsWith('00')) return { expected: recorded };
  return { expected: (80 + version).toString(16) + recorded.slice(2), corrected: 4 };
}

/** Row 5: the length of 76 to 79 bytes was written as an opcode. Right: behind PUSHDATA1. */
export function dataScriptExpected(data: string, recorded: string | AnError): Corrected<string | AnError> {
  const isBroken = typeof recorded === 'string' && data.length / 2 >= 76 && recorded.startsWith(`6a${byteHex(data)}`);
  return isBroken ? { expected: `6a4c${byteHex(data)}${data}`, corrected: 5 } : { expected: recorded };
}

function byteHex(data: string): string {
  return (data.length / 2).toString(16).padStart(2, '0');
}

/** Row 13: 16 was written as the byte 0x10. Right: OP_16, 0x60. */
export function tokensSerializedExpected(
  tokens: readonly (null | number | string)[],
  recorded: string | AnError,
): Corrected<string | AnError> {
  if (typeof recorded !== 'string' || !tokens.includes(16)) return { expected: recorded };
  let expected = '';
  for (const token of tokens) {
    const at = expected.length;
    const end = at + 2 * (typeof token === 'string' ? pushLength(token.length / 2) : 1);
    expected += token === 16 && recorded.slice(at, end) === '10' ? '60' : recorded.slice(at, end);
  }
  return { expected: expected + recorded.slice(expected.length), corrected: 13 };
}

function pushLength(bytes: number): number {
  const prefix = bytes < 76 ? 1 : bytes < 0x100 ? 2 : bytes < 0x10000 ? 3 : 5;
  return prefix + bytes;
}

/** Row 12: the keys of a p2sh-p2wpkh bundle were given an address of their own. Right: the bundle's. */
export function bundleAddressExpected(
  kind: string,
  bundleAddress: string,
  recorded: string | AnError,
): Corrected<string | AnError> {
  const isOwn = kind === 'p2sh-p2wpkh' && recorded !== bundleAddress;
  return isOwn ? { expected: bundleAddress, corrected: 12 } : { expected: recorded };
}

/**
 * Row 2: the estimate for p2sh-p2wpkh counted a witness that was encoded twice. Right: count, signature of 74 bytes and
 * key of 33, each behind its length, by the formula of spec §7.
 */
export function signatureEstimateExpected(
  kind: string,
  redeemScript: string,
  recorded: number | AnError,
): Corrected<number | AnError> {
  const base = 6 + redeemScript.length / 2;
  const witnessOnce = 1 + (1 + 74) + (1 + 33);
  const right = Math.round((4 * base + witnessOnce) / 4);
  const isInflated = kind === 'p2sh-p2wpkh' && typeof recorded === 'number' && recorded > right;
  return isInflated ? { expected: right, corrected: 2 } : { expected: recorded };
}

/** Row 2: witness items were encoded twice. The files give the right value beside the original's. */
export function witnessExpected<Value>(correct: Value, original: Value): Corrected<Value> {
  return isDeepStrictEqual(correct, original) ? { expected: correct } : { expected: correct, corrected: 2 };
}

/**
 * Row 14: legacy sighash with NONE or SINGLE. Right: what consensus says, asked of `@scure/btc-signer`, which is not what
 * is tested.
 */
export function legacySighashExpected(
  { tx_hex, input_index, script_hex, hashcode }: SighashInputs,
  recorded: string | AnError,
): Corrected<string | AnError> {
  const outputs = hashcode & 0x1f;
  if (outputs !== SIGHASH.NONE && outputs !== SIGHASH.SINGLE) return { expected: recorded };
  const reference = ReferenceTransaction.fromRaw(hexToBytes(tx_hex), {
    allowUnknownOutputs: true,
    allowUnknownInputs: true,
    disableScriptCheck: true,
  });
  const right = bytesToHex(reference['preimageLegacy'](input_index, hexToBytes(script_hex), hashcode));
  return right === recorded ? { expected: recorded } : { expected: right, corrected: 14 };
}

export interface SighashInputs {
  readonly tx_hex: string;
  readonly input_index: number;
  readonly script_hex: string;
  readonly hashcode: number;
}

/** Row 3: of a file of headers the original loaded the first one. Right: all of them. */
export function headersLoadedExpected(inFile: number, recorded: number): Corrected<number> {
  return recorded === inFile ? { expected: recorded } : { expected: inFile, corrected: 3 };
}
