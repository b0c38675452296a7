import { expect, test } from '@jest/globals';
import { VirtualChainInvalid } from '@virtualchain/protocol';
import { kvChain } from './index.ts';

const recipient = '11'.repeat(20);

test.each([
  ['+', '6e31', 'claim', { name: 'n1' }],
  ['=', '6e313a00ff', 'update', { name: 'n1', value: '00ff' }],
  ['=', '6e313a', 'update', { name: 'n1', value: '' }],
  ['>', `6e313a${recipient}`, 'transfer', { name: 'n1', recipient }],
  ['-', '6e31', 'delete', { name: 'n1' }],
  ['!', '6e31', 'lock', { name: 'n1' }],
])('subscribers see %s%s as %s', (opcode, payload, name, value) => {
  const codec = kvChain({ firstBlock: 101 }).operations.get(opcode.charCodeAt(0));
  expect(codec?.name).toBe(name);
  expect(codec?.decode(Buffer.from(payload, 'hex'))).toEqual({ kind: 'decoded', value });
});

test.each([
  ['+', '6e313a'],
  ['+', ''],
  ['+', '4e31'],
  ['=', '6e31'],
  ['>', '6e313a00'],
])('subscribers are told why %s%s does not read', (opcode, payload) => {
  const codec = kvChain({}).operations.get(opcode.charCodeAt(0));
  expect(codec?.decode(Buffer.from(payload, 'hex')).kind).toBe('problem');
});

test('parameters that make no chain are refused', () => {
  expect(() => kvChain({ firstBlock: 'soon' })).toThrow(VirtualChainInvalid);
});
