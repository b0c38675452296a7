import { expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import {
  accepted,
  collection,
  consensusHash,
  defineStateMachine,
  ignored,
  integer,
  MemoryFold,
  rejected,
  text,
} from '@virtualchain/machine';
import { defineVirtualChain } from '@virtualchain/protocol';
import { historyOf } from '@virtualchain/testing';
import { observe } from './observe.ts';

const chain = defineVirtualChain({
  name: 'counts',
  magic: 'ct',
  firstBlock: 1,
  operations: [{ opcode: 'c', name: 'count', decode: (payload) => ({ kind: 'decoded', value: payload.length }) }],
});

const collections = { counts: collection({ columns: { word: text(), times: integer() }, key: ['word'] }) };

const machine = defineStateMachine<{ readonly word: string }, typeof collections>({
  name: 'counts',
  version: 1,
  firstBlock: chain.firstBlock,
  initialSnapshots: new Map([[0 as Height, consensusHash('00'.repeat(16))]]),
  consensusWindow: 0,
  collections,
  hashedFields: { 99: ['word'] },
  parse: ({ payload }) => (payload === '' ? ignored('EMPTY', 'no word') : { word: payload }),
  async decide({ word }, _context, { counts }) {
    const times = (await counts.get({ word }))?.times ?? 0;
    await counts.put({ word, times: times + 1 });
    if (times === 1) await counts.put({ word, times: 7 });
    if (times === 7) return rejected('ENOUGH', 'seven');
    return accepted({ opcode: 99, fields: { word } });
  },
  async closeBlock({ height }, { counts }) {
    if (height === 2) await counts.put({ word: 'block', times: height });
    return [];
  },
});

const count = (payload: string) => ({ sender: 'alice', opcode: 'c', payload });

test('of each operation are told the verdict, and the rows it changed from what to what', async () => {
  const observed = observe(machine, () => true);
  const plain = historyOf({ chain, machine }, [[count('a'), count('a'), count('a'), count('')], []]);
  const fold = await MemoryFold.open(observed.machine);
  for (const input of plain.inputs) await fold.connect(input);
  const [first] = plain.inputs;
  const told = first?.operations.map((event) => {
    const { verdict, rows } = observed.of(event) ?? {};
    return [verdict?.kind, rows?.map(({ before, after }) => [before?.['times'] ?? null, after?.['times'] ?? null])];
  });
  expect(told).toEqual([
    ['accepted', [[null, 1]]],
    ['accepted', [[1, 7]]],
    ['rejected', []],
    ['ignored', []],
  ]);
  expect(observed.ofBlock(1)).toEqual([]);
  expect(observed.ofBlock(2)).toEqual([{ collection: 'counts', before: null, after: { word: 'block', times: 2 } }]);
});

test('a machine under observation folds to the same hashes', async () => {
  const { inputs } = historyOf({ chain, machine }, [[count('a'), count('b'), count('a')], [count('a')]]);
  const hashes = await Promise.all(
    [machine, observe(machine, ({ position }) => position !== 1).machine].map(async (each) => {
      const fold = await MemoryFold.open(each);
      for (const input of inputs) await fold.connect(input);
      return fold.blocks.map(({ consensusHash: hash, changesHash }) => [hash, changesHash]);
    }),
  );
  expect(hashes[1]).toEqual(hashes[0]);
});
