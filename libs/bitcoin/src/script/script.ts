import { startsWith } from '../encoding/bytes.ts';
import {
  OP_0,
  OP_1NEGATE,
  OP_16,
  OP_CHECKMULTISIG,
  OP_CHECKSIG,
  OP_DUP,
  OP_EQUAL,
  OP_EQUALVERIFY,
  OP_HASH160,
  OP_PUSHDATA1,
  OP_PUSHDATA4,
  OP_RETURN,
} from './opcodes.ts';

/**
 * One token of a script, as the original cuts them (spec §7): null for OP_0, bytes for a push, −1 to 16 for the opcodes
 * 79 to 96, and the opcode itself above that.
 */
export type ScriptToken = null | number | Uint8Array;

/** Cuts a script into tokens. Total: a push longer than the script is what is left of it. */
export function scriptTokens(script: Uint8Array): readonly ScriptToken[] {
  const tokens: ScriptToken[] = [];
  for (let position = 0; position < script.length; ) {
    const { token, next } = scriptTokenAt(script, position);
    tokens.push(token);
    position = next;
  }
  return tokens;
}

/** The same, or null for a script of which a push is longer than what is left: consensus cannot run that one either. */
export function wholeTokens(script: Uint8Array): readonly ScriptToken[] | null {
  const tokens: ScriptToken[] = [];
  let position = 0;
  while (position < script.length) {
    const { token, next } = scriptTokenAt(script, position);
    tokens.push(token);
    position = next;
  }
  return position === script.length ? tokens : null;
}

/** The token at `position`, which lies within the script, and where the next one starts. */
export function scriptTokenAt(
  script: Uint8Array,
  position: number,
): { readonly token: ScriptToken; readonly next: number } {
  const opcode = script[position] as number;
  if (opcode === OP_0) return { token: null, next: position + 1 };
  if (opcode < OP_PUSHDATA1) return pushAt(script, position + 1, opcode);
  if (opcode <= OP_PUSHDATA4) {
    const lengthBytes = 1 << (opcode - OP_PUSHDATA1);
    return pushAt(script, position + 1 + lengthBytes, pushLength(script, position + 1, lengthBytes));
  }
  if (opcode >= OP_1NEGATE && opcode <= OP_16) return { token: opcode - 80, next: position + 1 };
  return { token: opcode, next: position + 1 };
}

/** Little-endian; of a length that is itself cut short, the bytes that are there. */
function pushLength(script: Uint8Array, start: number, lengthBytes: number): number {
  let length = 0;
  for (let index = lengthBytes - 1; index >= 0; index -= 1) length = length * 256 + (script[start + index] ?? 0);
  return length;
}

function pushAt(
  script: Uint8Array,
  start: number,
  length: number,
): { readonly token: Uint8Array; readonly next: number } {
  const end = start + length;
  return { token: script.subarray(start, end), next: end };
}

/** The forms of output scripts that are told apart. */
export type ScriptKind = 'p2pkh' | 'p2sh' | 'p2wpkh' | 'p2wsh' | 'nulldata' | 'multisig' | 'p2pk';

const P2PKH_START = Uint8Array.of(OP_DUP, OP_HASH160, 20);
const P2SH_START = Uint8Array.of(OP_HASH160, 20);
const P2WPKH_START = Uint8Array.of(OP_0, 20);
const P2WSH_START = Uint8Array.of(OP_0, 32);

/** The kind of an output script as the original tells it, or null. The patterns are tried before the tokens. */
export function classifyScript(script: Uint8Array): ScriptKind | null {
  if (isP2pkh(script)) return 'p2pkh';
  if (isP2sh(script)) return 'p2sh';
  if (script.length === 22 && startsWith(script, P2WPKH_START)) return 'p2wpkh';
  if (script.length === 34 && startsWith(script, P2WSH_START)) return 'p2wsh';
  if (script[0] === OP_RETURN) return 'nulldata';
  // An opcode that is the last token is the last byte as well: most scripts need no walk.
  const last = script.at(-1);
  if (last !== OP_CHECKMULTISIG && last !== OP_CHECKSIG) return null;
  const count = countTokensBefore(script, script.length - 1);
  if (count === null) return null;
  if (last === OP_CHECKMULTISIG) return 'multisig';
  return count === 1 ? 'p2pk' : null;
}

/**
 * How many tokens end at `end`, or null when one reaches across it. Nothing is made on the way: a block may spend twenty
 * thousand scripts of ten thousand opcodes.
 */
function countTokensBefore(script: Uint8Array, end: number): number | null {
  let count = 0;
  let position = 0;
  for (; position < end; count += 1) {
    const opcode = script[position] as number;
    if (opcode === OP_0 || opcode > OP_PUSHDATA4) position += 1;
    else if (opcode < OP_PUSHDATA1) position += 1 + opcode;
    else position = scriptTokenAt(script, position).next;
  }
  return position === end ? count : null;
}

export function isP2pkh(script: Uint8Array): boolean {
  return (
    script.length === 25 &&
    startsWith(script, P2PKH_START) &&
    script[23] === OP_EQUALVERIFY &&
    script[24] === OP_CHECKSIG
  );
}

export function isP2sh(script: Uint8Array): boolean {
  return script.length === 23 && startsWith(script, P2SH_START) && script[22] === OP_EQUAL;
}

/** How senders name the kind of their script (spec §2). */
export type SenderScriptType =
  | 'pubkeyhash'
  | 'scripthash'
  | 'pubkey'
  | 'multisig'
  | 'nulldata'
  | 'nonstandard'
  | 'p2wpkh'
  | 'p2wsh';

/** What the original's events call the form of a spent script; `nonstandard` for one of no known form. */
export function senderScriptType(script: Uint8Array): SenderScriptType {
  const kind = classifyScript(script);
  switch (kind) {
    case null:
      return 'nonstandard';
    case 'p2pkh':
      return 'pubkeyhash';
    case 'p2sh':
      return 'scripthash';
    case 'p2pk':
      return 'pubkey';
    default:
      return kind;
  }
}
