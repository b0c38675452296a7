import { expect, test } from '@jest/globals';
import { bytesToHex, hexToBytes } from '@virtualchain/bitcoin';
import { bnsChain } from '@virtualchain/machine-bns';

/** What is shown of the payload of an operation, all bytes as hex. */
interface CodecCases {
  readonly opcode: string;
  /** As somebody types them. */
  readonly words: string;
  readonly payload: string;
  /** As subscribers read the payload. */
  readonly value: object;
  readonly refused: readonly (readonly [what: string, malformed: string])[];
}

/** Tests the codec of an operation in both directions, and what it refuses. */
export function codecCases(name: string, { opcode, words, payload, value, refused }: CodecCases): void {
  const codec = bnsChain({}).operations.get(opcode.charCodeAt(0));

  test(`${name}: what is typed becomes the payload, and the payload reads`, () => {
    const encoded = codec?.encode?.(words.split(' '));
    expect(encoded?.kind === 'payload' && bytesToHex(encoded.payload)).toBe(payload);
    expect(codec?.decode(hexToBytes(payload))).toEqual({ kind: 'decoded', value });
  });

  test.each(refused)(`${name}: %s is refused`, (_what, malformed) => {
    expect(codec?.decode(hexToBytes(malformed)).kind).toBe('problem');
  });
}
