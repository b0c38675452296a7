import { bytesToHex, isPublicKey, type ScriptToken, wholeTokens } from '@virtualchain/bitcoin';

/** What an input shows of who signed. */
export interface SignedInput {
  readonly script: Uint8Array;
  readonly witness: readonly Uint8Array[];
}

const OP_CHECKMULTISIG = 0xae;

/** Bytes that libsecp256k1 reads as a key: compressed, uncompressed, or the hybrid form that says the parity of y in front of both. */
export function isKey(bytes: Uint8Array): boolean {
  const [kind] = bytes;
  if (bytes.length !== 65 || (kind !== 6 && kind !== 7)) return isPublicKey(bytes);
  return ((bytes[64] as number) & 1) === kind - 6 && isPublicKey(uncompressed(bytes));
}

function uncompressed(key: Uint8Array): Uint8Array {
  const same = Uint8Array.from(key);
  same[0] = 4;
  return same;
}

/** The 33 bytes of a key in any form. */
export function compressedKey(key: Uint8Array): Uint8Array {
  return key.length === 33 ? key : Uint8Array.of(2 + ((key[64] as number) & 1), ...key.subarray(1, 33));
}

/**
 * The key of a script of two pushes, the second of which is one: how an output to the hash of a key is spent. Null for any other
 * script.
 */
export function keyOfPair(script: Uint8Array): Uint8Array | null {
  const pushes = pushesOf(script);
  const key = pushes?.length === 2 ? pushes[1] : undefined;
  return key !== undefined && isKey(key) ? key : null;
}

/**
 * The keys of an input as epochs 2.0 and 2.05 read it, which took a transaction only where each of its inputs could be read so
 * (spec §2): two pushes with a key; `00`, signatures and a script of m keys of n; with a witness, the push of a witness program
 * for one key or for such a script. Null for an input that does not read.
 */
export function signerKeysOf({ script, witness }: SignedInput): readonly Uint8Array[] | null {
  return witness.length === 0 ? keysOfScript(script) : keysOfWitness(script, witness);
}

function keysOfScript(script: Uint8Array): readonly Uint8Array[] | null {
  const key = keyOfPair(script);
  if (key !== null) return [key];
  const pushes = pushesOf(script);
  if (pushes === null || pushes.length < 3 || pushes[0]?.length !== 0) return null;
  return multisigKeys(pushes.at(-1) as Uint8Array, pushes.length - 2);
}

function keysOfWitness(script: Uint8Array, witness: readonly Uint8Array[]): readonly Uint8Array[] | null {
  const pushes = pushesOf(script);
  const program = pushes?.length === 1 ? pushes[0] : undefined;
  const last = witness.at(-1) as Uint8Array;
  const start = bytesToHex(program?.subarray(0, 2) ?? new Uint8Array(0));
  if (program?.length === 22 && start === '0014' && witness.length === 2) return isKey(last) ? [last] : null;
  if (program?.length !== 34 || start !== '0020' || witness.length < 4) return null;
  return multisigKeys(last, witness.length - 2);
}

/** The keys of `m key… n OP_CHECKMULTISIG`, where m is the number of signatures; null for another script. */
function multisigKeys(script: Uint8Array, signatures: number): readonly Uint8Array[] | null {
  const tokens = wholeTokens(script);
  if (tokens === null || tokens.length < 4 || tokens.at(-1) !== OP_CHECKMULTISIG) return null;
  const [m, n] = [tokens[0], tokens.at(-2)];
  const keys = tokens.slice(1, -2);
  if (!isCount(m) || !isCount(n) || m !== signatures || n < m || n !== keys.length) return null;
  return keys.every((key) => key instanceof Uint8Array && isKey(key)) ? (keys as Uint8Array[]) : null;
}

/** 1 to 16, as one opcode says it. Larger numbers are other opcodes. */
const isCount = (token: ScriptToken | undefined): token is number =>
  typeof token === 'number' && token >= 1 && token <= 16;

/** What a script pushes, where it does nothing else; an opcode that makes a number is none. */
function pushesOf(script: Uint8Array): readonly Uint8Array[] | null {
  const tokens = wholeTokens(script);
  if (tokens === null || tokens.some((token) => typeof token === 'number')) return null;
  return tokens.map((token) => (token as Uint8Array | null) ?? new Uint8Array(0));
}
