import type { TransactionOutput } from '../transaction/transaction.ts';
import { OP_RETURN } from './opcodes.ts';
import { scriptTokenAt } from './script.ts';

/**
 * The payload of a transaction by the exact rule of spec §2: all outputs are walked in order, and of those whose script
 * starts with OP_RETURN the last one decides. It carries its payload when one push, and nothing else, follows; anything
 * else cancels what an earlier output carried. Null when there is none; an empty push is an empty payload.
 */
export function nulldataPayload(outputs: readonly TransactionOutput[]): Uint8Array | null {
  const deciding = outputs.findLast(({ script }) => script[0] === OP_RETURN);
  return deciding === undefined ? null : onlyPush(deciding.script);
}

function onlyPush(script: Uint8Array): Uint8Array | null {
  if (script.length < 2) return null;
  const { token, next } = scriptTokenAt(script, 1);
  return token instanceof Uint8Array && next >= script.length ? token : null;
}
