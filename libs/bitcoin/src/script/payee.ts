import { startsWith } from '../encoding/bytes.ts';
import { OP_0, OP_1 } from './opcodes.ts';
import { isP2pkh, isP2sh } from './script.ts';

/** The forms of output scripts that pay to a hash or a key: those that today's addresses stand for. */
export type PayeeKind = 'p2pkh' | 'p2sh' | 'p2wpkh' | 'p2wsh' | 'p2tr';

/** Whom an output pays: 20 bytes of a hash, 32 of one where it is p2wsh, or the 32 bytes of the output key of p2tr. */
export interface Payee {
  readonly kind: PayeeKind;
  readonly hash: Uint8Array;
}

const P2WPKH_START = Uint8Array.of(OP_0, 20);
const P2WSH_START = Uint8Array.of(OP_0, 32);
const P2TR_START = Uint8Array.of(OP_1, 32);

/**
 * Whom a script pays, by the exact templates of 25, 23, 22, 34 and 34 bytes. Null for every other script, other versions of
 * witness programs among them. `classifyScript` is older than taproot, and its answers are hashed: it does not know p2tr.
 */
export function payeeOf(script: Uint8Array): Payee | null {
  if (isP2pkh(script)) return { kind: 'p2pkh', hash: script.subarray(3, 23) };
  if (isP2sh(script)) return { kind: 'p2sh', hash: script.subarray(2, 22) };
  if (script.length === 22)
    return startsWith(script, P2WPKH_START) ? { kind: 'p2wpkh', hash: script.subarray(2) } : null;
  if (script.length !== 34) return null;
  if (startsWith(script, P2WSH_START)) return { kind: 'p2wsh', hash: script.subarray(2) };
  return startsWith(script, P2TR_START) ? { kind: 'p2tr', hash: script.subarray(2) } : null;
}
