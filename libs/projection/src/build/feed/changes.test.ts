import { zstdCompressSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import {
  type AnyStateMachine,
  type BlockSteps,
  collection,
  encodeTuple,
  type Row,
  text,
  toldByCollection,
} from '@virtualchain/machine';
import { compressed } from '../compressed.ts';
import { changesJson, packedText, unpackChanges } from './changes.ts';

const notes = collection({ columns: { name: text(), note: text() }, key: ['name'] });
const machine = { collections: { notes } } as unknown as AnyStateMachine;

const row = (name: string, note: string): Row => ({ name, note });
const change = (before: Row | null, after: Row | null) => ({
  collection: 'notes',
  key: encodeTuple(notes.columns, notes.key, (after ?? before) as Row),
  before,
  after,
});

const [first, second, third, gone] = [row('a', '1'), row('a', '2 é'), row('a', '"3"'), row('b', 'x')];
/** The opening changes a key, the second operation changes it again, the closing once more, and deletes another one. */
const steps: BlockSteps = {
  opened: [change(null, first)],
  operations: [[], [change(first, second)]],
  closed: [change(second, third), change(gone, null)],
  told: toldByCollection({ notes }, [change(null, third), change(gone, null)]),
};

const wanted = new Map([
  [0, [{ collection: 'notes', key: ['a'], before: null, after: first }]],
  [2, [{ collection: 'notes', key: ['a'], before: first, after: second }]],
  [
    3,
    [
      { collection: 'notes', key: ['a'], before: second, after: third },
      { collection: 'notes', key: ['b'], before: gone, after: null },
    ],
  ],
]);

test('what each step of a block changed is kept and comes back', () => {
  expect(unpackChanges(compressed(changesJson(machine, steps) as Uint8Array))).toEqual(wanted);
  expect(changesJson(machine, { opened: [], operations: [[]], closed: [], told: new Map() })).toBeNull();
  expect(unpackChanges(null)).toEqual(new Map());
});

test('what builds keep that were written first comes back too, and compares with what is told today', () => {
  const old = zstdCompressSync(JSON.stringify([...wanted]));
  expect(unpackChanges(old)).toEqual(wanted);
  expect(packedText(old)).toBe(new TextDecoder().decode(changesJson(machine, steps) as Uint8Array));
});
