import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Height } from '@virtualchain/bitcoin';
import {
  accepted,
  collection,
  consensusHash,
  defineStateMachine,
  integer,
  type MachineDefinition,
} from '@virtualchain/machine';

const DECIDE_MS = 1_000;
const collections = {
  sizes: collection({ columns: { bytes: integer(), times: integer() }, key: ['bytes'] }),
};

/**
 * Counts payloads by their size, under the name that its parameter `name` gives it. Where the parameter `hurry` names a file,
 * each operation takes a second until that file is there.
 */
const unhurriedMachine: MachineDefinition = ({ name, hurry }, chain) =>
  defineStateMachine<{ readonly bytes: number }, typeof collections>({
    name: String(name),
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 0,
    collections,
    hashedFields: { 1: ['bytes'] },
    parse: ({ payload }) => ({ bytes: payload.length / 2 }),
    decide: async ({ bytes }, _context, { sizes }) => {
      if (hurry !== undefined && !existsSync(String(hurry))) await sleep(DECIDE_MS);
      const found = await sizes.get({ bytes });
      await sizes.put({ bytes, times: (found?.times ?? 0) + 1 });
      return accepted({ opcode: 1, fields: { bytes } });
    },
  });

export default unhurriedMachine;
