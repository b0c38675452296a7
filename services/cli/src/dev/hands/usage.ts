import type { Command } from 'commander';
import { connected, read } from '../../program.ts';
import { append } from '../../values.ts';
import type { DevSendOptions, FundOptions, ReorgOptions } from './commands.ts';
import { VERDICT_WAIT_SECONDS } from './limits.ts';

const load = () => import('./commands.ts');

/** Adds what a person does by hand on a chain in regtest: coins, blocks, reorganisations, operations of made-up people. */
export function addHands(dev: Command, signal: AbortSignal): void {
  addFund(dev, signal);
  addMine(dev, signal);
  addReorg(dev, signal);
  addSend(dev, signal);
  addPeople(dev, signal);
}

function addFund(dev: Command, signal: AbortSignal): void {
  connected(dev, 'fund', {
    about: 'gives made-up people coins of the miner, in regtest',
    needs: ['nodeUrl'],
    examples: ['dev fund alice', 'dev fund alice bob --coins 20 --satoshis 50000'],
  })
    .argument('<people...>', 'names; a key is made from each, the same everywhere')
    .option('--coins <count>', 'coins for each; 10 by default')
    .option('--satoshis <amount>', 'of each coin; 10000000 by default')
    .option('--json', 'one line of JSON')
    .action(async (people, given: Omit<FundOptions, 'json' | 'signal'>, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { fundCommand } = await load();
      return fundCommand(connection, people, { ...given, signal, json: options.json ?? false });
    });
}

function addMine(dev: Command, signal: AbortSignal): void {
  connected(dev, 'mine', {
    about: "mines blocks with what waits in the node's mempool, in regtest",
    needs: ['nodeUrl'],
    examples: ['dev mine', 'dev mine 6'],
  })
    .argument('[blocks]', 'how many', '1')
    .option('--json', 'one line of JSON')
    .action(async (blocks, _given, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { mineCommand } = await load();
      return mineCommand(connection, blocks, { signal, json: options.json ?? false });
    });
}

function addReorg(dev: Command, signal: AbortSignal): void {
  connected(dev, 'reorg', {
    about: 'makes the node leave its newest blocks for a longer branch, in regtest',
    needs: ['nodeUrl'],
    examples: ['dev reorg', 'dev reorg 3 --keep'],
  })
    .argument('[depth]', 'blocks that are taken back', '1')
    .option('--keep', 'the new branch holds the same transactions; else they wait to be mined again')
    .option('--json', 'one line of JSON')
    .action(async (depth, given: Omit<ReorgOptions, 'json' | 'signal'>, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { reorgCommand } = await load();
      return reorgCommand(connection, depth, { ...given, signal, json: options.json ?? false });
    });
}

function addSend(dev: Command, signal: AbortSignal): void {
  const command = connected(dev, 'send', {
    about: 'sends an operation of a made-up person, mines it, and says what the machines make of it, in regtest',
    needs: ['nodeUrl'],
    examples: [
      'dev send alice claim satoshi',
      'dev send alice transfer satoshi @bob',
      'dev send bob claim satoshi --no-mine',
      'dev send alice name_revoke gold.demo --chain bns',
    ],
  });
  command
    .argument('<person>', 'who signs; is given coins where there are none')
    .argument('<operation>', 'as the chain calls it')
    .argument('[words...]', 'what the operation says; @bob stands for the address of bob')
    .option('--payload <hex>', 'what follows the opcode, instead of words')
    .option('--pay <person=satoshis>', 'an output behind the operation; several may be given', append)
    .option('--no-mine', 'leave it in the mempool')
    .option('--timeout <seconds>', 'wait no longer for the verdict', String(VERDICT_WAIT_SECONDS))
    .option('--json', 'one line of JSON')
    .action(async (person, operation, words, given: Omit<DevSendOptions, 'json' | 'signal'>) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { sendCommand } = await load();
      return sendCommand(connection, [person, operation, words], { ...given, signal, json: options.json ?? false });
    });
}

function addPeople(dev: Command, signal: AbortSignal): void {
  connected(dev, 'people', {
    about: 'addresses, coins and keys of made-up people, in regtest',
    needs: ['nodeUrl'],
    examples: ['dev people', 'dev people alice erin --json'],
  })
    .argument('[names...]', 'alice, bob, carol and dave by default')
    .option('--json', 'one line of JSON')
    .action(async (names, _given, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { peopleCommand } = await load();
      return peopleCommand(connection, names, { signal, json: options.json ?? false });
    });
}
