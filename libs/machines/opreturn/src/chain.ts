import { type ChainDefinition, defineVirtualChain } from '@virtualchain/protocol';

/**
 * The virtual chain `opreturn`: every payload in an OP_RETURN output, whoever's. It has no magic bytes, and so the first byte of a
 * payload stands where other chains have an opcode. Parameters: `firstBlock` (1 when absent) and `checkpoint` `{ height, hash }`.
 */
export const opreturnChain: ChainDefinition = (parameters) =>
  defineVirtualChain({
    name: 'opreturn',
    magic: new Uint8Array(0),
    firstBlock: (parameters['firstBlock'] ?? 1) as number,
    checkpoint: parameters['checkpoint'] as { readonly height: number; readonly hash: string } | undefined,
    senders: false,
    parameters,
    operations: [],
  });
