import { type ChainDefinition, defineVirtualChain } from '@virtualchain/protocol';

/** A stranger's virtual chain, loaded by its path: notes behind the magic bytes `nt`. */
const notesChain: ChainDefinition = (parameters) =>
  defineVirtualChain({
    name: 'notes',
    magic: 'nt',
    firstBlock: (parameters['firstBlock'] ?? 1) as number,
    parameters,
    operations: [
      { opcode: 'n', name: 'note', decode: (payload) => ({ kind: 'decoded', value: { bytes: payload.length } }) },
    ],
  });

export default notesChain;
