import { concatBytes, uint32Bytes } from '@virtualchain/bitcoin';

const OP_RETURN = 0x6a;
const OP_PUSHDATA1 = 0x4c;
const OP_PUSHDATA2 = 0x4d;
const OP_PUSHDATA4 = 0x4e;

/** An output script that carries `data` in one push of the shortest form. An empty push is OP_0. */
export function opReturn(data: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(OP_RETURN), pushData(data));
}

/** One push of any length: direct up to 75 bytes, then PUSHDATA1, 2 and 4. */
export function pushData(data: Uint8Array): Uint8Array {
  const { length } = data;
  if (length < OP_PUSHDATA1) return concatBytes(Uint8Array.of(length), data);
  if (length <= 0xff) return concatBytes(Uint8Array.of(OP_PUSHDATA1, length), data);
  if (length <= 0xffff) return concatBytes(Uint8Array.of(OP_PUSHDATA2, length & 255, length >>> 8), data);
  return concatBytes(Uint8Array.of(OP_PUSHDATA4), uint32Bytes(length), data);
}
