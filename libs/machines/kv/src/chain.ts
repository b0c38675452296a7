import { bytesToHex } from '@virtualchain/bitcoin';
import { type ChainDefinition, type Decoded, defineVirtualChain, type OperationSpec } from '@virtualchain/protocol';
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
      ([name, opcode]): OperationSpec => ({ opcode, name, decode: decoderOf(opcode) }),
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
