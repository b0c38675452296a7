import { bytesEqual, concatBytes, joinBytes, startsWith } from '@virtualchain/bitcoin';

/** One opcode of a script, with what it pushes. */
export interface Instruction {
  readonly opcode: number;
  /** Null for opcodes that push no bytes of the script. */
  readonly data: Uint8Array | null;
  /** Where the next one starts. */
  readonly next: number;
}

const OP_PUSHDATA1 = 0x4c;
const OP_PUSHDATA4 = 0x4e;
const OP_16 = 0x60;

/** The instruction at a position within the script; null for a push that is cut short. */
export function instructionAt(script: Uint8Array, at: number): Instruction | null {
  const opcode = script[at] as number;
  if (opcode > OP_PUSHDATA4) return { opcode, data: null, next: at + 1 };
  const lengthBytes = opcode < OP_PUSHDATA1 ? 0 : 1 << (opcode - OP_PUSHDATA1);
  const start = at + 1 + lengthBytes;
  if (start > script.length) return null;
  let length = opcode;
  if (lengthBytes > 0) {
    length = 0;
    for (let index = start - 1; index > at; index -= 1) length = length * 256 + (script[index] as number);
  }
  const next = start + length;
  return next > script.length ? null : { opcode, data: script.subarray(start, next), next };
}

/** Every instruction up to the end, or to a push that is cut short, for which there is a null. */
export function* instructionsOf(script: Uint8Array): Generator<Instruction | null> {
  for (let at = 0; at < script.length; ) {
    const instruction = instructionAt(script, at);
    yield instruction;
    if (instruction === null) return;
    at = instruction.next;
  }
}

export function isPushOnly(script: Uint8Array): boolean {
  for (const instruction of instructionsOf(script)) {
    if (instruction === null || instruction.opcode > OP_16) return false;
  }
  return true;
}

/** Whether a push has the shortest form that there is for its bytes. */
export function isMinimalPush({ opcode, data }: Instruction): boolean {
  if (data === null) return true;
  const [first = 0] = data;
  if (data.length === 0) return opcode === 0;
  if (data.length === 1 && ((first >= 1 && first <= 16) || first === 0x81)) return false;
  if (data.length < OP_PUSHDATA1) return opcode === data.length;
  if (data.length <= 255) return opcode === OP_PUSHDATA1;
  return data.length > 65_535 || opcode === OP_PUSHDATA1 + 1;
}

/** Removes what equals `wanted`, where it stands at the start of an instruction, as legacy signatures want it. */
export function findAndDelete(script: Uint8Array, wanted: Uint8Array): Uint8Array {
  if (wanted.length === 0) return script;
  const kept: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at < script.length; ) {
    kept.push(script.subarray(start, at));
    while (startsWith(script.subarray(at), wanted)) at += wanted.length;
    start = at;
    const next = at < script.length ? instructionAt(script, at)?.next : undefined;
    if (next === undefined) break;
    at = next;
  }
  const left = concatBytes(joinBytes(kept), script.subarray(start));
  return bytesEqual(left, script) ? script : left;
}
