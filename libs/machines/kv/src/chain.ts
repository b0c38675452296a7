import { bytesToHex, concatBytes, decodeBase58Check, hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import {
  type ChainDefinition,
  type Decoded,
  defineVirtualChain,
  type Encoded,
  type OperationSpec,
} from '@virtualchain/protocol';
import { type KvPayload, OPCODES, parsePayload } from './codec.ts';

/**
 * The virtual chain `kv`: names that can be claimed, given a value, transferred, locked and deleted.
 * Parameters: `firstBlock` (1 when absent) and `checkpoint` `{ height, hash }`.
 */
export const kvChain: ChainDefinition = (parameters) =>
  defineVirtualChain({
    name: 'kv',
    magic: 'kv',
    firstBlock: (parameters['firstBlock'] ?? 1) as number,
    checkpoint: parameters['checkpoint'] as { readonly height: number; readonly hash: string } | undefined,
    parameters,
    operations: Object.entries(OPCODES).map(
      ([name, opcode]): OperationSpec => ({
        opcode,
        name,
        decode: decoderOf(opcode),
        encode: (words) => encode(opcode, words),
        usage: USAGE[opcode] ?? '',
      }),
    ),
  });

function decoderOf(opcode: number): (payload: Uint8Array) => Decoded {
  return (payload) => {
    const parsed = parsePayload(opcode, payload);
    return parsed.kind === 'malformed'
      ? { kind: 'problem', problem: parsed.detail }
      : { kind: 'decoded', value: subscribersView(parsed) };
  };
}

/** What subscribers see: bytes as hex, the name of the operation beside it in the event. */
function subscribersView(payload: KvPayload): Readonly<Record<string, string>> {
  switch (payload.kind) {
    case 'update':
      return { name: payload.name, value: bytesToHex(payload.value) };
    case 'transfer':
      return { name: payload.name, recipient: bytesToHex(payload.recipientHash) };
    default:
      return { name: payload.name };
  }
}

const USAGE: Readonly<Record<number, string>> = {
  [OPCODES.claim]: 'NAME',
  [OPCODES.update]: 'NAME VALUE (text, or 0x and hex)',
  [OPCODES.transfer]: 'NAME RECIPIENT (a P2PKH address, or its hash160 as hex)',
  [OPCODES.delete]: 'NAME',
  [OPCODES.lock]: 'NAME',
};

const encoder = new TextEncoder();

/** The payload of what a person typed, held to the parser's own rules. */
function encode(opcode: number, words: readonly string[]): Encoded {
  const [name = '', rest] = words;
  const wanted = opcode === OPCODES.update || opcode === OPCODES.transfer ? 2 : 1;
  if (words.length !== wanted) return { kind: 'problem', problem: `takes ${USAGE[opcode]}` };
  const tail = rest === undefined ? null : opcode === OPCODES.transfer ? recipientHash(rest) : valueBytes(rest);
  if (rest !== undefined && tail === null)
    return { kind: 'problem', problem: `${rest} is neither a P2PKH address nor 40 hex digits` };
  const payload = tail === null ? encoder.encode(name) : concatBytes(encoder.encode(`${name}:`), tail);
  const parsed = parsePayload(opcode, payload);
  return parsed.kind === 'malformed' ? { kind: 'problem', problem: parsed.detail } : { kind: 'payload', payload };
}

function valueBytes(text: string): Uint8Array {
  const hex = text.startsWith('0x') ? text.slice(2) : null;
  return hex !== null && isHexBytes(hex) ? hexToBytes(hex) : encoder.encode(text);
}

function recipientHash(text: string): Uint8Array | null {
  if (/^[0-9a-f]{40}$/.test(text)) return hexToBytes(text);
  const address = decodeBase58Check(text);
  return address !== null && [0, 111].includes(address.version) && address.bytes.length === 20 ? address.bytes : null;
}
