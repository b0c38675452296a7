import { type Height, hexToBytes } from '@virtualchain/bitcoin';
import {
  accepted,
  collection,
  consensusHash,
  defineStateMachine,
  ignored,
  integer,
  type MachineDefinition,
  rejected,
  text,
} from '@virtualchain/machine';
import { readName } from './chain.ts';

const SIGN = 0x73; // s

const collections = {
  guests: collection({ columns: { sender: text(), name: text(), since: integer() }, key: ['sender'] }),
};

const guestBookMachine: MachineDefinition = (_parameters, chain) =>
  defineStateMachine<{ readonly sender: string; readonly name: string }, typeof collections>({
    name: 'guests',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[(chain.firstBlock - 1) as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 24,
    collections,
    hashedFields: { [SIGN]: ['sender', 'name'] }, // what two readers with the same hash agree on

    // Every operation gets an answer: what is not well formed is ignored, with a code and a detail.
    parse({ opcode, payload, senders }) {
      const name = opcode === '73' ? readName(hexToBytes(payload)) : null;
      const sender = senders[0]?.scriptPubKey;
      if (name === null || sender === undefined) return ignored('NAME_MALFORMED', '1 to 20 of a-z and space');
      return { sender, name };
    },

    // The rule: everybody signs once.
    async decide({ sender, name }, { block }, { guests }) {
      const known = await guests.get({ sender });
      if (known !== null) return rejected('SIGNED_ALREADY', `as ${known.name}, in block ${known.since}`);
      await guests.put({ sender, name, since: block.height });
      return accepted({ opcode: SIGN, fields: { sender, name } });
    },
  });

export default guestBookMachine;
