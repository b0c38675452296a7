import { ExpectedError } from '@virtualchain/kernel';
import { concatBytes } from '../encoding/bytes.ts';
import { OP_0, OP_1NEGATE, OP_16, OP_CHECKMULTISIG, OP_PUSHDATA1, OP_RETURN } from './opcodes.ts';
import { type ScriptToken, scriptTokens } from './script.ts';

/**
 * A script from its tokens, each push in its shortest form: the inverse of `scriptTokens`. −1 to 16 are written as the
 * opcodes 79 to 96; the original wrote 16 as the byte 0x10, a push (spec §11 row 13).
 */
export function serializeTokens(tokens: readonly ScriptToken[]): Uint8Array {
  return concatBytes(...tokens.map(tokenBytes));
}

function tokenBytes(token: ScriptToken): Uint8Array {
  if (token === null) return Uint8Array.of(OP_0);
  if (token instanceof Uint8Array) return pushBytes(token);
  const isSmall = token >= OP_1NEGATE - 80 && token <= OP_16 - 80;
  const opcode = isSmall ? token + 80 : token;
  if (!Number.isInteger(opcode) || opcode < 0 || opcode > 255) throw new RangeError(`not an opcode: ${token}`);
  return Uint8Array.of(opcode);
}

/** One push of these bytes, in its shortest form by length; of none, OP_0. */
export function pushBytes(data: Uint8Array): Uint8Array {
  return concatBytes(pushPrefix(data.length), data);
}

function pushPrefix(length: number): Uint8Array {
  if (length < OP_PUSHDATA1) return Uint8Array.of(length);
  if (length <= 0xff) return Uint8Array.of(OP_PUSHDATA1, length);
  if (length <= 0xffff) return Uint8Array.of(OP_PUSHDATA1 + 1, length & 255, length >>> 8);
  return Uint8Array.of(OP_PUSHDATA1 + 2, length & 255, (length >>> 8) & 255, (length >>> 16) & 255, length >>> 24);
}

/** More data than the caller allows in one output. */
export class DataTooLong extends ExpectedError {
  override readonly name = 'DataTooLong';
  readonly code = 'DATA_TOO_LONG';
  readonly remedy = 'halt';

  constructor(length: number, dataBytesMax: number) {
    super(`${length} bytes of data in an output, ${dataBytesMax} are allowed`);
  }
}

/** What an output carried at most in the days of the original. */
export const dataBytesMaxDefault = 79;

/**
 * An output script that carries data: OP_RETURN and one push. 76 to 79 bytes take a PUSHDATA1; the original wrote their
 * length as if it were an opcode (spec §11 row 5).
 * @throws DataTooLong
 */
export function dataScript(data: Uint8Array, dataBytesMax = dataBytesMaxDefault): Uint8Array {
  if (data.length > dataBytesMax) throw new DataTooLong(data.length, dataBytesMax);
  return concatBytes(Uint8Array.of(OP_RETURN), pushBytes(data));
}

/** How many of which public keys must sign. */
export interface Multisig {
  readonly m: number;
  readonly publicKeys: readonly Uint8Array[];
}

const multisigKeysMax = 16;

/**
 * `m <key>… n OP_CHECKMULTISIG`, the keys in the order given (no BIP67).
 * @throws RangeError when m keys cannot be had of n, or n is above 16.
 */
export function multisigScript({ m, publicKeys }: Multisig): Uint8Array {
  const n = publicKeys.length;
  if (!Number.isInteger(m) || m < 1 || m > n || n > multisigKeysMax)
    throw new RangeError(`not a multisig: ${m} of ${n}`);
  return serializeTokens([m, ...publicKeys, n, OP_CHECKMULTISIG]);
}

/** Reads a multisig script. Total: null for every other script. */
export function parseMultisig(script: Uint8Array): Multisig | null {
  const tokens = scriptTokens(script);
  const [m] = tokens;
  const publicKeys = tokens.slice(1, -2).filter((token) => token instanceof Uint8Array);
  const isOne =
    tokens.at(-1) === OP_CHECKMULTISIG &&
    typeof m === 'number' &&
    tokens.at(-2) === publicKeys.length &&
    tokens.length === publicKeys.length + 3;
  return isOne && m >= 1 && m <= publicKeys.length ? { m, publicKeys } : null;
}
