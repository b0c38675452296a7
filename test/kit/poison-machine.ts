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

/** The payload that nobody thought of, as hex: `poison`. */
const POISON = '706f69736f6e';
/** Set once the machine was corrected, as a new release of the module would be. */
const CORRECTED = 'POISON_CORRECTED';

const collections = {
  payloads: collection({ columns: { payload: text(), times: integer() }, key: ['payload'] }),
};

/** A stranger's machine with a bug: it counts payloads, and throws at one of them until it is corrected. */
const poisonMachine: MachineDefinition = (_parameters, chain) =>
  defineStateMachine<{ readonly payload: string }, typeof collections>({
    name: 'poison',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 0,
    collections,
    hashedFields: { 1: ['payload'] },
    parse: ({ payload }) => ({ payload }),
    decide: async ({ payload }, _context, { payloads }) => {
      if (payload === POISON && process.env[CORRECTED] === undefined)
        throw new TypeError('nobody thought of this payload');
      const found = await payloads.get({ payload });
      await payloads.put({ payload, times: (found?.times ?? 0) + 1 });
      return accepted({ opcode: 1, fields: { payload } });
    },
  });

export default poisonMachine;
