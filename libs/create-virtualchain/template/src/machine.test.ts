import { test } from 'node:test';
import { given, historyOf, reorgDrill } from '@virtualchain/testing';
import chainOf from './chain.ts';
import machineOf from './machine.ts';

const chain = chainOf({});
const guestBook = { chain, machine: machineOf({}, chain) };
const sign = (sender: string, name: string) => ({ sender, opcode: 's', payload: name });

test('whoever signs stands in the book', async () => {
  await given(guestBook)
    .when('alice', 's', 'alice in chains')
    .thenAccepts({ guests: [{ name: 'alice in chains', since: 1 }] });
});

test('nobody signs twice', async () => {
  await given(guestBook, [[sign('alice', 'alice')]])
    .when('alice', 's', 'alice again')
    .thenRejects('SIGNED_ALREADY');
});

test('what is no name is ignored', async () => {
  await given(guestBook).when('alice', 's', 'ALICE!').thenIgnores('NAME_MALFORMED');
});

test('when Bitcoin takes a block back, the book forgets who signed in it', async () => {
  const main = historyOf(guestBook, [[sign('alice', 'alice')], [sign('bob', 'bob')]]);
  const fork = main.forkAt(1, [[sign('bob', 'bobby')], []]);
  await reorgDrill(guestBook.machine, main.inputs, fork.inputs);
});
