import {
  bytesToHex,
  classifyScript,
  concatBytes,
  hash160,
  hexToBytes,
  isPublicKey,
  scriptTokens,
} from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';

const rawKeyBytes = 64;
const KEY_IN_FULL = Uint8Array.of(4);

/**
 * The key of a principal whose script is p2pkh, as it was pushed: the second of two items of the first input that has one
 * which hashes to the script. None when the script is p2sh (scripts.py:376).
 */
export function senderKeyOf({ inputs }: OperationEvent, principal: Uint8Array): string | null {
  if (classifyScript(principal) !== 'p2pkh') return null;
  const wanted = bytesToHex(principal.subarray(3, 23));
  for (const { script } of inputs) {
    const tokens = scriptTokens(hexToBytes(script));
    const pushed = tokens[1];
    if (tokens.length !== 2 || !(pushed instanceof Uint8Array)) continue;
    const key = keyOf(pushed);
    // The hash first: whether bytes are a point of the curve takes longer to see. What is none is no key there, although
    // none can spend input 0.
    if (bytesToHex(hash160(key)) === wanted && isPublicKey(key)) return bytesToHex(pushed);
  }
  return null;
}

/** The key in pushed bytes: the original also takes the 64 bytes of X and Y without the 04 in front (scripts.py:376). */
export function keyOf(pushed: Uint8Array): Uint8Array {
  return pushed.length === rawKeyBytes ? concatBytes(KEY_IN_FULL, pushed) : pushed;
}
