import type { TransactionOutput } from '../transaction/transaction.ts';
import { OP_0, OP_PUSHDATA1, OP_PUSHDATA4, OP_RETURN } from './opcodes.ts';

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
  const start = onlyPushAt(script, 0, script.length);
  return start < 0 ? null : script.subarray(start);
}

/**
 * Where the payload starts of the script from `scriptAt` to `end`, whose first opcode is OP_RETURN; −1 when it carries none.
 * It goes on to the end of the script, also where the push says that it is longer.
 */
export function onlyPushAt(bytes: Uint8Array, scriptAt: number, end: number): number {
  const opcode = scriptAt + 1 < end ? (bytes[scriptAt + 1] as number) : OP_0;
  if (opcode === OP_0 || opcode > OP_PUSHDATA4) return -1;
  let start = scriptAt + 2;
  let length = opcode;
  if (opcode >= OP_PUSHDATA1) {
    const lengthBytes = 1 << (opcode - OP_PUSHDATA1);
    length = 0;
    for (let at = start + lengthBytes - 1; at >= start; at -= 1)
      length = length * 256 + (at < end ? (bytes[at] as number) : 0);
    start += lengthBytes;
  }
  return start + length < end ? -1 : Math.min(start, end);
}
