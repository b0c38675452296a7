import { dataScript as dataScriptUpTo } from '@virtualchain/bitcoin';

/** An output script that carries `payload`: OP_RETURN and one push, of the shortest form, whatever its length. */
export function dataScript(payload: Uint8Array): Uint8Array {
  return dataScriptUpTo(payload, Number.POSITIVE_INFINITY);
}
