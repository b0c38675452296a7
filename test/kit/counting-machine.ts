import type { Height } from '@virtualchain/bitcoin';
import {
  accepted,
  collection,
  consensusHash,
  defineStateMachine,
  integer,
  type MachineDefinition,
  text,
} from '@virtualchain/machine';

const collections = {
  payloads: collection({ columns: { payload: text(), times: integer() }, key: ['payload'] }),
};

/** A stranger's machine, loaded by its path: how often each payload was seen, for any virtual chain. */
const countingMachine: MachineDefinition = (_parameters, chain) =>
  defineStateMachine<{ readonly payload: string }, typeof collections>({
    name: 'counting',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 0,
    collections,
    hashedFields: { 1: ['payload'] },
    parse: ({ payload }) => ({ payload }),
    decide: async ({ payload }, _context, { payloads }) => {
      const found = await payloads.get({ payload });
      await payloads.put({ payload, times: (found?.times ?? 0) + 1 });
      return accepted({ opcode: 1, fields: { payload } });
    },
  });

export default countingMachine;
