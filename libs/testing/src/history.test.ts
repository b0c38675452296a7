import { expect, test } from '@jest/globals';
import { bytesToHex } from '@virtualchain/bitcoin';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { historyOf, type MachineUnderTest, senderScript } from './index.ts';

const kvFrom = (firstBlock: number): MachineUnderTest => {
  const chain = kvChain({ firstBlock });
  return { chain, machine: kvMachine({}, chain) };
};
const claim = { sender: 'alice', opcode: '+', payload: 'satoshi' };

test.each([1, 2, 101, 373_601])(
  'a history of a machine that begins at %s begins there, each block on the one before',
  (first) => {
    const { inputs } = historyOf(kvFrom(first), [[claim], [], [claim, claim]]);
    expect(inputs.map(({ height }) => height)).toEqual([first, first + 1, first + 2]);
    expect(inputs.map(({ operations }) => operations.length)).toEqual([1, 0, 2]);
    expect(inputs[1]?.previousHash).toBe(inputs[0]?.hash);
    expect(inputs[2]?.previousHash).toBe(inputs[1]?.hash);
  },
);

test('an operation comes out as the ingester would publish it', () => {
  const output = { value: 700n, script: Uint8Array.of(0x51) };
  const [block] = historyOf(kvFrom(1), [[{ ...claim, fee: 2_500n, outputs: [output] }]]).inputs;
  expect(block?.operations).toMatchObject([
    {
      opcode: '2b',
      name: 'claim',
      payload: bytesToHex(new TextEncoder().encode('satoshi')),
      fee: '2500',
      senders: [{ scriptPubKey: bytesToHex(senderScript('alice')), scriptType: 'pubkeyhash', value: '100000000' }],
      blockHash: block?.hash,
      transactionIndex: 1,
      position: 0,
    },
  ]);
  expect(block?.operations[0]?.outputs[1]).toEqual({ value: '700', script: '51' });
});

test('a fork shares the blocks below it, and a transaction that both branches have', () => {
  const main = historyOf(kvFrom(1), [[], [claim], []]);
  const fork = main.forkAt(1, [[claim], [claim], []]);
  expect(fork.inputs.slice(0, 1)).toEqual(main.inputs.slice(0, 1));
  expect(fork.inputs[1]?.previousHash).toBe(main.inputs[0]?.hash);
  expect(fork.inputs[1]?.hash).not.toBe(main.inputs[1]?.hash);
  expect(fork.inputs[1]?.operations[0]?.txid).toBe(main.inputs[1]?.operations[0]?.txid);
  expect(main.forkAt(1, [[claim]], 'c').inputs[1]?.hash).not.toBe(fork.inputs[1]?.hash);
  expect(() => main.forkAt(4, [[]])).toThrow(RangeError);
});
