import { expect, test } from '@jest/globals';
import type { Height } from '@virtualchain/bitcoin';
import { defineVirtualChain, type OperationSpec, VirtualChainInvalid, type VirtualChainSpec } from './index.ts';

const claim: OperationSpec = { opcode: '+', name: 'claim', decode: () => ({ kind: 'decoded', value: {} }) };
const good: VirtualChainSpec = { name: 'kv', magic: 'kv', firstBlock: 101, operations: [claim] };

function problemsOf(change: Partial<VirtualChainSpec>): readonly string[] {
  try {
    defineVirtualChain({ ...good, ...change });
    return [];
  } catch (error) {
    if (error instanceof VirtualChainInvalid) return error.problems;
    throw error;
  }
}

test('a good definition becomes a virtual chain', () => {
  const chain = defineVirtualChain({ ...good, parameters: { firstBlock: 101 } });
  expect(chain).toMatchObject({ name: 'kv', firstBlock: 101, parameters: { firstBlock: 101 } });
  expect([...chain.magic]).toEqual([0x6b, 0x76]);
  expect(chain.operations.get(0x2b)?.name).toBe('claim');
});

test.each<[string, Partial<VirtualChainSpec>]>([
  ['a name with a capital', { name: 'Kv' }],
  ['no magic', { magic: '' }],
  ['magic beyond ASCII', { magic: 'é' }],
  ['magic longer than a payload', { magic: new Uint8Array(33) }],
  ['a first block that is no height', { firstBlock: 1.5 }],
  ['a first block that is text', { firstBlock: '101' as unknown as number }],
  ['a checkpoint that is no hash', { checkpoint: { height: 1, hash: 'AB' } }],
  ['two operations of one opcode', { operations: [claim, { ...claim, opcode: 0x2b, name: 'again' }] }],
  ['an opcode of two characters', { operations: [{ ...claim, opcode: '++' }] }],
  ['an opcode above a byte', { operations: [{ ...claim, opcode: 256 }] }],
])('%s is refused', (_what, change) => expect(problemsOf(change)).toHaveLength(1));

test('no bytes of magic, where they are meant, make a chain of every payload', () => {
  expect(defineVirtualChain({ ...good, magic: new Uint8Array(0) }).magic).toHaveLength(0);
});

test('a chain may want no senders, and witnesses at some heights', () => {
  expect(defineVirtualChain(good)).not.toHaveProperty('isWithoutSenders');
  const chain = defineVirtualChain({ ...good, senders: false, witnesses: (height) => height < 500 });
  expect(chain.isWithoutSenders).toBe(true);
  expect([499, 500].map((height) => chain.hasWitnesses?.(height as Height))).toEqual([true, false]);
});

test('all problems are listed at once', () =>
  expect(problemsOf({ name: '', magic: '', firstBlock: -1 })).toHaveLength(3));
