import { concatBytes } from '@virtualchain/bitcoin';

const OP_RETURN = 0x6a;

/** An output script that carries `payload`: OP_RETURN and one push, of the shortest form, whatever its length. */
export function dataScript(payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(OP_RETURN), pushPrefix(payload.length), payload);
}

function pushPrefix(length: number): Uint8Array {
  if (length < 0x4c) return Uint8Array.of(length);
  if (length <= 0xff) return Uint8Array.of(0x4c, length);
  if (length <= 0xffff) return Uint8Array.of(0x4d, length & 255, length >>> 8);
  return Uint8Array.of(0x4e, length & 255, (length >>> 8) & 255, (length >>> 16) & 255, length >>> 24);
}
