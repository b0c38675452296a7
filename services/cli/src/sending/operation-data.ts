import { concatBytes, hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import type { VirtualChain } from '@virtualchain/protocol';
import { QueryInvalid } from '../values.ts';

/** What the operation's output says. */
export interface SentData {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

/** What the output of an operation pushes. */
export function bytesOf({ magic }: VirtualChain, { opcode, payload }: SentData): Uint8Array {
  return concatBytes(magic, Uint8Array.of(opcode), payload);
}

/** Opcode and payload. @throws QueryInvalid */
export function operationData(
  chain: VirtualChain,
  operation: string,
  words: readonly string[],
  payloadHex: string | undefined,
): SentData {
  const found = [...chain.operations].find(([, { name }]) => name === operation);
  if (found === undefined)
    return refuse(
      `${chain.name} has no operation ${JSON.stringify(operation)}; give one of ${[...chain.operations.values()].map(({ name }) => name).join(', ')}`,
    );
  const [opcode, codec] = found;
  if (payloadHex !== undefined)
    return isHexBytes(payloadHex)
      ? { opcode, payload: hexToBytes(payloadHex) }
      : refuse(`--payload ${JSON.stringify(payloadHex)}: not hex; give the bytes behind the opcode as hex`);
  if (codec.encode === undefined)
    return refuse(`${chain.name} does not say how ${operation} is written: give --payload HEX`);
  const encoded = codec.encode(words);
  return encoded.kind === 'payload'
    ? { opcode, payload: encoded.payload }
    : refuse(
        `${operation} ${words.join(' ')}: ${encoded.problem}; see what ${chain.name} says of ${operation}, or give --payload HEX`,
      );
}

function refuse(message: string): never {
  throw new QueryInvalid(message);
}
