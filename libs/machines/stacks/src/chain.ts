import { type ChainDefinition, defineVirtualChain, type OperationSpec } from '@virtualchain/protocol';
import { epochAt, isFrom } from './network/epochs.ts';
import { readChainParameters } from './network/parameters.ts';
import { decode } from './wire/decoded.ts';
import { OPCODES, type OperationKind, RETIRED_OPCODE } from './wire/opcodes.ts';
import { encode, WORDINGS } from './wire/words.ts';

/**
 * The virtual chain `stacks`: the operations of the Stacks blockchain in transactions of Bitcoin. Parameters: see
 * `readChainParameters`; mainnet where none are given.
 *
 * No rule looks at what the inputs spend, so that nodes need no transaction index. Witnesses are carried below epoch 2.1, whose rules
 * are the last to look at inputs.
 *
 * @throws StacksParametersInvalid, VirtualChainInvalid
 */
export const stacksChain: ChainDefinition = (parameters) => {
  const { network, startBlock, checkpoint } = readChainParameters(parameters);
  return defineVirtualChain({
    name: 'stacks',
    magic: network.magic,
    firstBlock: startBlock,
    checkpoint,
    senders: false,
    witnesses: (height) => !isFrom(epochAt(network.epochs, height), '2.1'),
    parameters,
    operations: [
      ...Object.entries(OPCODES).map(([name, opcode]): OperationSpec => {
        const kind = name as OperationKind;
        return {
          name,
          opcode,
          decode: (payload, context) => decode(network, kind, payload, context),
          encode: (words) => encode(kind, words),
          usage: WORDINGS[kind].usage,
        };
      }),
      {
        name: 'user_burn_support',
        opcode: RETIRED_OPCODE,
        decode: (payload, context) => decode(network, 'user_burn_support', payload, context),
      },
    ],
  });
};
