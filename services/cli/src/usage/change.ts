import type { Command } from 'commander';
import type { SendOptions } from '../commands/send.ts';
import type { SnapshotImportOptions } from '../commands/snapshot.ts';
import { withConnection } from '../connection.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { connected, read } from '../program.ts';
import { withTransaction } from '../transaction-options.ts';
import { append } from '../values.ts';

export function addSend(program: Command): void {
  withTransaction(
    connected(program, 'send', 'builds, signs, checks and sends an operation'),
    'p2pkh, p2sh-multisig, p2sh-p2wpkh, p2wpkh or p2tr',
    'p2wpkh',
  )
    .argument('<chain>', 'a built-in name or a module')
    .argument('<operation>', 'for kv: claim, update, transfer, delete, lock')
    .argument('[words...]', 'what the operation says; for kv: NAME, NAME VALUE, NAME RECIPIENT')
    .option('--payload <hex>', 'what follows the opcode, instead of words')
    .action(async (chain, operation, words, given: Omit<SendOptions, 'json'>, command) => {
      const { connection, options } = await read(command, { usesNode: true });
      const { send } = await import('../commands/send.ts');
      return send({ ...connection, chain }, operation, words, { ...given, json: options.json ?? false });
    });
}

export function addKeys(program: Command): void {
  program
    .command('keys')
    .description('writes the keys of VCHAIN_KEY into a file encrypted with VCHAIN_KEY_PASSWORD')
    .argument('<file>', 'must not exist yet')
    .addHelpText('after', EXIT_CODES)
    .action(async (file) => {
      const { keys } = await import('../commands/send.ts');
      return keys(file);
    });
}

export function addSnapshot(program: Command): void {
  const snapshot = program.command('snapshot').description('carries a projection from one operator to another');

  withConnection(snapshot.command('export').description('one signed file of a projection at a height'))
    .argument('<machine>', 'name or module')
    .argument('<file>', 'where to write it')
    .requiredOption('--key <file>', 'Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)')
    .option('--at <height>', 'the newest block by default')
    .option('--json', 'one line of JSON')
    .action(async (machine, file, given: { key: string; at?: string }, command) => {
      const { connection, options } = await read(command);
      const { snapshotExport } = await import('../commands/snapshot.ts');
      return snapshotExport(connection, machine, file, { ...given, json: options.json ?? false });
    });

  withConnection(snapshot.command('import').description('checks a file and makes the live build out of it'))
    .argument('<machine>', 'name or module')
    .argument('<file>', 'a snapshot file')
    .option('--signer <name=key>', 'whose word counts: Ed25519 public key, hex; several may be given', append)
    .option('--trust <height:hash>', 'a consensus hash that must be met; several may be given', append)
    .option('--refold', 'trust no signer: fold the operations')
    .option('--replace', 'take the place of the live build')
    .option('--json', 'one line of JSON')
    .action(async (machine, file, given: Omit<SnapshotImportOptions, 'json'>, command) => {
      const { connection, options } = await read(command);
      const { snapshotImport } = await import('../commands/snapshot.ts');
      return snapshotImport(connection, machine, file, { ...given, json: options.json ?? false });
    });
}

export function addRebuild(program: Command, signal: AbortSignal): void {
  connected(program, 'rebuild', 'folds the topic into a new build and makes it the live one if both agree')
    .argument('<machine>', 'name or module')
    .option('--reshaped <collection>', 'its shape changed: left out of the comparison; several may be given', append)
    .option('--json', 'one line of JSON')
    .action(async (machine, given: { reshaped?: readonly string[] }, command) => {
      const { connection, options } = await read(command);
      const { reshaped = [] } = given;
      const { rebuild } = await import('../commands/rebuild.ts');
      return rebuild(connection, machine, { json: options.json ?? false, reshaped, signal });
    });
}

export function addAttach(program: Command): void {
  connected(program, 'attach', 'stands a machine on the log that its topic holds now')
    .argument('<machine>', 'name or module')
    .action(async (machine, _options, command) => {
      const { attach } = await import('../commands/attach.ts');
      return attach((await read(command)).connection, machine);
    });
}

export function addResume(program: Command): void {
  connected(program, 'resume', 'lets a faulted machine go on')
    .argument('<machine>', 'name or module')
    .action(async (machine, _options, command) => {
      const { resume } = await import('../commands/attach.ts');
      return resume((await read(command)).connection, machine);
    });
}
