import type { Height } from '@virtualchain/bitcoin';
import { consensusHash, defineStateMachine, type MachineDefinition } from '@virtualchain/machine';
import { stacksQueries } from './asked/queries.ts';
import { collections, type StacksCollections } from './collections.ts';
import { readMachineParameters } from './machine-parameters.ts';
import { readChainParameters, StacksParametersInvalid } from './network/parameters.ts';
import { closeBlock, readAtClose } from './rules/close-block.ts';
import { decide, HASHED_FIELDS, missedRow } from './rules/decide.ts';
import { readBy } from './rules/read-by.ts';
import { type PlacedOperation, readEvent } from './rules/read-event.ts';

/**
 * What can be known of Stacks from Bitcoin alone: keys, well-formed commits, late ones, and requests with who asks. The network is that
 * of the chain. Parameters: see `readMachineParameters`.
 *
 * @throws StacksParametersInvalid
 */
export const stacksMachine: MachineDefinition = (parameters, chain) => {
  if (chain.name !== 'stacks')
    throw new StacksParametersInvalid(`machine stacks folds the chain stacks, not ${chain.name}: give --chain stacks`);
  const read = readChainParameters(chain.parameters);
  const { network } = read;
  const { sortition } = readMachineParameters(parameters, read);
  return defineStateMachine<PlacedOperation, StacksCollections>({
    name: 'stacks',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 0,
    collections,
    hashedFields: HASHED_FIELDS,
    parse: (event) => readEvent(event, network),
    prefetch: readBy,
    prefetchBlock: ({ height }) => readAtClose(network, sortition, height),
    async openBlock(_block, operations, { missed }) {
      for (const op of operations) {
        const row = missedRow(op, read);
        if (row !== null) await missed.put(row);
      }
    },
    decide: (op, _context, state) => decide(op, read, state),
    async closeBlock(block, state) {
      await closeBlock(block, network, sortition, state);
      return [];
    },
    queries: stacksQueries,
  });
};
