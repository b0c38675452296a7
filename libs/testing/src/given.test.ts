import { expect, test } from '@jest/globals';
import { bytesToHex } from '@virtualchain/bitcoin';
import { kvChain, kvMachine } from '@virtualchain/machine-kv';
import { given, senderScript } from './index.ts';

const chain = kvChain({});
const kv = { chain, machine: kvMachine({}, chain) };
const held = [[{ sender: 'alice', opcode: '+', payload: 'satoshi' }]];
const aliceScript = bytesToHex(senderScript('alice'));

test('a free name goes to who claims it', () =>
  given(kv)
    .when('alice', '+', 'satoshi', { fee: 1_500n })
    .thenAccepts({ names: [{ name: 'satoshi', owner: aliceScript, value: null, claim_fee: 1_500n }] }));

test('a held name cannot be claimed, even by its owner', () =>
  given(kv, held).when('alice', '+', 'satoshi').thenRejects('NAME_TAKEN'));

test('blocks without operations count', async () => {
  const after = given(kv, held).block().block().when('alice', '!', 'satoshi');
  await after.thenAccepts();
  expect((await after.folded()).block.height).toBe(4);
});

test('a name that does not parse is ignored', () =>
  given(kv).when('alice', '+', 'Satoshi').thenIgnores('NAME_MALFORMED'));

test('a wrong verdict is told with the right one', async () => {
  await expect(given(kv, held).when('bob', '=', 'satoshi:1').thenAccepts()).rejects.toThrow('rejected with NOT_OWNER');
  await expect(given(kv).when('bob', '+', 'satoshi').thenRejects('NAME_TAKEN')).rejects.toThrow('it was accepted');
  await expect(given(kv, held).when('bob', '+', 'satoshi').thenRejects('OTHER')).rejects.toThrow('NAME_TAKEN');
});

test('a row that is not there is told with those that are', async () => {
  const claimed = given(kv).when('alice', '+', 'satoshi');
  await expect(claimed.thenAccepts({ names: [{ name: 'satoshi', revision: 1 }] })).rejects.toThrow('revision');
});

test('several operations of one block are answered in turn', async () => {
  const rush = given(kv).whenBlock([
    { sender: 'alice', opcode: '+', payload: 'satoshi' },
    { sender: 'bob', opcode: '+', payload: 'satoshi' },
    { sender: 'bob', opcode: '+', payload: 'Satoshi' },
  ]);
  await rush.thenAnswers(['accepted', 'NAME_TAKEN', 'NAME_MALFORMED'], { names: [{ owner: aliceScript }] });
  await expect(rush.thenAnswers(['accepted', 'accepted', 'accepted'])).rejects.toThrow('NAME_TAKEN');
});
