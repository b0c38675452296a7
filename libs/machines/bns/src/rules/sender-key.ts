import { bytesToHex, concatBytes, hash160, hexToBytes, isPublicKey, scriptTokens } from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';
import { Remembered } from './remembered.ts';

const rawKeyBytes = 64;
/** Of an opcode that is the number of bytes behind it. */
const pushedBytesMax = 75;
const KEY_IN_FULL = Uint8Array.of(4);

/** Keys that are remembered: whether bytes are a point of the curve takes long to see. */
const keysKeptMax = 20_000;

/** Bytes that an input pushed in the place of a key. */
interface PushedKey {
  /** hash160, hex. */
  readonly hash: string;
  readonly isKey: boolean;
}

/**
 * Reads the key of a principal whose script is p2pkh, as it was pushed: the second of two items of the first input that has
 * one which hashes to `wanted`, the hash in the script in hex. None when the script is p2sh (scripts.py:376).
 */
export function createSenderKeyReader(): (event: OperationEvent, wanted: string | null) => string | null {
  const known = new Remembered<PushedKey>(keysKeptMax);
  return ({ inputs }, wanted) => {
    for (const { script } of inputs) {
      const text = secondOfTwo(script);
      if (text === null) continue;
      const found = known.get(text);
      if (found === undefined) {
        const key = keyOf(hexToBytes(text));
        const hash = bytesToHex(hash160(key));
        if (hash !== wanted) continue;
        // What is no point of the curve is no key there, although none can spend input 0.
        const isKey = isPublicKey(key);
        known.keep(text, { hash, isKey });
        if (isKey) return text;
      } else if (found.hash === wanted && found.isKey) return text;
    }
    return null;
  };
}

/** The bytes, in hex, that a script of two items pushes as the second; null for every other script. */
function secondOfTwo(script: string): string | null {
  const first = pushedBytesAt(script, 0);
  const second = pushedBytesAt(script, 1 + first);
  // Nearly all are a signature and a key, whose places show in the text.
  if (first > 0 && second > 0 && script.length === 2 * (2 + first + second)) return script.slice(2 * (2 + first));
  const tokens = scriptTokens(hexToBytes(script));
  const pushed = tokens[1];
  return tokens.length === 2 && pushed instanceof Uint8Array ? bytesToHex(pushed) : null;
}

/** How many bytes the opcode at a place pushes, where it is one that says so itself; else 0. */
function pushedBytesAt(script: string, at: number): number {
  const opcode = Number.parseInt(script.slice(2 * at, 2 * at + 2), 16);
  return opcode <= pushedBytesMax ? opcode : 0;
}

/** The key in pushed bytes: the original also takes the 64 bytes of X and Y without the 04 in front (scripts.py:376). */
export function keyOf(pushed: Uint8Array): Uint8Array {
  return pushed.length === rawKeyBytes ? concatBytes(KEY_IN_FULL, pushed) : pushed;
}
