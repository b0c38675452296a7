import { expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { accepted, collection, consensusHash, defineStateMachine, integer, text } from '@virtualchain/machine';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { historyOf, type PlannedOperation, reorgDrill } from './index.ts';

const chain = kvChain({});
const kv = { chain, machine: kvMachine({}, chain) };
const spell = (spelled: string): PlannedOperation => {
  const [sender = '', operation = ''] = spelled.split(' ');
  return { sender, opcode: operation.slice(0, 1), payload: operation.slice(1) };
};

const main = historyOf(kv, [
  [spell('alice +satoshi'), spell('bob +hal')],
  [spell('alice =satoshi:1')],
  [spell('alice -satoshi'), spell('bob =hal:1')],
  [spell('bob !hal')],
]);

test('kv is the same after a reorganisation as without it, rows deleted and rewritten included', async () => {
  const fork = main.forkAt(1, [[], [spell('bob +satoshi'), spell('alice =satoshi:2')], [], [spell('bob -hal')]]);
  const standing = await reorgDrill(kv.machine, main.inputs, fork.inputs);
  expect(standing.height).toBe(5);
  expect(standing.rows['names']).toMatchObject([{ name: 'satoshi', revision: 1, value: '32' }]);
});

test('a reorganisation down to the first block', async () => {
  const fork = main.forkAt(0, [[spell('carol +satoshi')]]);
  expect((await reorgDrill(kv.machine, main.inputs, fork.inputs)).height).toBe(1);
});

test('a machine that keeps something beside its rows is found out', async () => {
  let seen = 0;
  const forgetful = defineStateMachine({
    name: 'forgetful',
    version: 1,
    firstBlock: chain.firstBlock,
    initialSnapshots: new Map([[0 as Height, consensusHash('00'.repeat(16))]]),
    consensusWindow: 24,
    collections: { counts: collection({ columns: { txid: text(), seen: integer() }, key: ['txid'] }) },
    hashedFields: {},
    parse: ({ txid }) => txid,
    async decide(txid, _context, { counts }) {
      seen += 1;
      await counts.put({ txid, seen });
      return accepted();
    },
  });
  const fork = main.forkAt(2, [[]]);
  await expect(reorgDrill(forgetful, main.inputs, fork.inputs)).rejects.toThrow(/folding the main branch twice/);
});
