import { type ChainDefinition, defineVirtualChain } from '@virtualchain/protocol';

/** The name, or null where the bytes are none: 1 to 20 of a-z and space. Strangers write these bytes. */
export function readName(payload: Uint8Array): string | null {
  const text = String.fromCharCode(...payload.subarray(0, 21));
  return /^[a-z ]{1,20}$/.test(text) ? text : null;
}

const guestBook: ChainDefinition = (parameters) =>
  defineVirtualChain({
    name: 'guests',
    magic: 'gb',
    firstBlock: 1,
    parameters,
    operations: [
      {
        opcode: 's',
        name: 'sign',
        decode(payload) {
          const name = readName(payload);
          return name === null ? { kind: 'problem', problem: 'no name' } : { kind: 'decoded', value: { name } };
        },
        encode(words) {
          const payload = new TextEncoder().encode(words.join(' '));
          return readName(payload) === null ? { kind: 'problem', problem: 'no name' } : { kind: 'payload', payload };
        },
        usage: 'NAME',
      },
    ],
  });

export default guestBook;
