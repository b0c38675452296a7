import { hash } from 'node:crypto';
import { isExpectedError, usePlatformSha256 } from '@virtualchain/bitcoin';
import { redactText } from '@virtualchain/process';
import { Command } from 'commander';
import { addBnsCommands } from './bns/command.ts';
import { attach, resume } from './commands/attach.ts';
import { diverge } from './commands/diverge.ts';
import { rebuild } from './commands/rebuild.ts';
import { keys, type SendOptions, send } from './commands/send.ts';
import { type SnapshotImportOptions, snapshotExport, snapshotImport } from './commands/snapshot.ts';
import { snv } from './commands/snv.ts';
import { state } from './commands/state.ts';
import { status } from './commands/status.ts';
import { tail } from './commands/tail.ts';
import { type VerifyCommandOptions, verify } from './commands/verify.ts';
import { type Connection, connectionOf, withConnection } from './connection.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { paint, printError } from './output.ts';
import { withTransaction } from './transaction.ts';
import { append } from './values.ts';

type Options = Readonly<Record<string, string | undefined>> & { readonly json?: boolean };

const controller = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => controller.abort(new Error(`received ${signal}`)));
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const program = new Command('vchain')
  .description(
    'Runs and inspects virtual chains: operations in Bitcoin transactions, as a Kafka log, folded into Postgres.',
  )
  .version('0.1.0')
  .showHelpAfterError('(see vchain --help)')
  .addHelpText('after', EXIT_CODES)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

function connected(name: string, about: string): Command {
  return withConnection(program.command(name).description(about));
}

/** The connection that a command was called with, and its own options. */
function read(command: Command): { readonly connection: Connection; readonly options: Options } {
  const options = command.opts<Options>();
  return { connection: connectionOf(options), options };
}

program
  .command('demo')
  .description('starts real parts, mines, sends operations, reorganises, and compares the outcome')
  .option('--once', 'exit when done, with a last line of JSON')
  .option('--feed', 'send operations to the node, Kafka and Postgres of the environment, and start nothing')
  .addHelpText('after', EXIT_CODES)
  .action(async ({ once = false, feed = false }: { once?: boolean; feed?: boolean }) => {
    const { demo } = await import('./demo/demo.ts');
    process.exitCode = await demo({ once, feed, signal: controller.signal });
  });

withTransaction(
  connected('send', 'builds, signs, checks and sends an operation'),
  'p2pkh, p2sh-multisig, p2sh-p2wpkh, p2wpkh or p2tr',
  'p2wpkh',
)
  .argument('<chain>', 'a built-in name or a module')
  .argument('<operation>', 'for kv: claim, update, transfer, delete, lock')
  .argument('[words...]', 'what the operation says; for kv: NAME, NAME VALUE, NAME RECIPIENT')
  .option('--payload <hex>', 'what follows the opcode, instead of words')
  .action((chain, operation, words, given: Omit<SendOptions, 'json'>, command) => {
    const { connection, options } = read(command);
    return send({ ...connection, chain }, operation, words, { ...given, json: options.json ?? false });
  });

program
  .command('keys')
  .description('writes the keys of VCHAIN_KEY into a file encrypted with VCHAIN_KEY_PASSWORD')
  .argument('<file>', 'must not exist yet')
  .addHelpText('after', EXIT_CODES)
  .action((file) => keys(file));

connected('status', 'node, log, and how each machine stands')
  .option('--json', 'one line of JSON')
  .action((_options, command) => {
    const { connection, options } = read(command);
    return status(connection, { json: options.json ?? false });
  });

connected('tail', 'the log as it grows')
  .option('--json', 'a line of JSON each')
  .option('--once', 'end at the end of the log')
  .action((given: { once?: boolean }, command) => {
    const { connection, options } = read(command);
    return tail(connection, { json: options.json ?? false, once: given.once ?? false, signal: controller.signal });
  });

connected('state', 'rows of a collection, at the tip or at a past height')
  .argument('<machine>', 'name or module')
  .argument(
    '<collection>',
    'for bns: names, namespaces, preorders, accounts, vesting, import_rings; for kv: names; for activity: senders, opcodes',
  )
  .argument('[key]', 'value of the key; several columns separated by commas')
  .option('--at <height>', 'the state at this height')
  .option('--limit <rows>', 'at most so many')
  .option('--json', 'one line of JSON')
  .action((machine, collection, key, given: { at?: string; limit?: string }, command) => {
    const { connection, options } = read(command);
    return state(connection, machine, collection, key, { ...given, json: options.json ?? false });
  });

connected('verify', 'recomputes every hash from the stored operations and rows')
  .argument('<machine>', 'name or module')
  .option('--from <height>', 'begin here, with the rows stored for the height below')
  .option('--to <height>', 'end here')
  .option('--trust <height:hash>', 'a consensus hash that must be met; several may be given', append)
  .option('--log', 'fold the log instead of the stored operations')
  .option('--json', 'one line of JSON')
  .action((machine, given: VerifyCommandOptions, command) => {
    const { connection, options } = read(command);
    return verify(connection, machine, { ...given, json: options.json ?? false });
  });

connected('snv', 'proves the operations of an old block by one trusted hash, against a server that is not trusted')
  .argument('<machine>', 'name or module')
  .argument('<height>', 'the block whose operations are wanted')
  .requiredOption('--server <url>', 'a projector, http://host:port')
  .requiredOption('--trust <root>', 'HEIGHT:HASH, a consensus hash, a txid, or a serial number height-index')
  .option('--json', 'one line of JSON')
  .action((machine, height, given: { server: string; trust: string }, command) => {
    const { connection, options } = read(command);
    return snv(connection, machine, height, { ...given, json: options.json ?? false });
  });

connected('diverge', 'finds where the projections of two databases part')
  .argument('<a>', 'postgres:// of one operator')
  .argument('<b>', 'postgres:// of the other')
  .requiredOption('--machine <machine>', 'name or module')
  .option('--json', 'one line of JSON')
  .action((a, b, given: { machine: string }, command) => {
    const { connection, options } = read(command);
    return diverge(connection, [a, b], given.machine, { json: options.json ?? false });
  });

const snapshot = program.command('snapshot').description('carries a projection from one operator to another');

withConnection(snapshot.command('export').description('one signed file of a projection at a height'))
  .argument('<machine>', 'name or module')
  .argument('<file>', 'where to write it')
  .requiredOption('--key <file>', 'Ed25519 private key, PEM (openssl genpkey -algorithm ed25519)')
  .option('--at <height>', 'the newest block by default')
  .option('--json', 'one line of JSON')
  .action((machine, file, given: { key: string; at?: string }, command) => {
    const { connection, options } = read(command);
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
  .action((machine, file, given: Omit<SnapshotImportOptions, 'json'>, command) => {
    const { connection, options } = read(command);
    return snapshotImport(connection, machine, file, { ...given, json: options.json ?? false });
  });

connected('rebuild', 'folds the topic into a new build and makes it the live one if both agree')
  .argument('<machine>', 'name or module')
  .option('--reshaped <collection>', 'its shape changed: left out of the comparison; several may be given', append)
  .option('--json', 'one line of JSON')
  .action((machine, given: { reshaped?: readonly string[] }, command) => {
    const { connection, options } = read(command);
    const { reshaped = [] } = given;
    return rebuild(connection, machine, { json: options.json ?? false, reshaped, signal: controller.signal });
  });

connected('attach', 'stands a machine on the log that its topic holds now')
  .argument('<machine>', 'name or module')
  .action((machine, _options, command) => attach(read(command).connection, machine));

connected('resume', 'lets a faulted machine go on')
  .argument('<machine>', 'name or module')
  .action((machine, _options, command) => resume(read(command).connection, machine));

addBnsCommands(program, controller.signal);

usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
try {
  await program.parseAsync();
} catch (error) {
  if (isExpectedError(error)) {
    printError(`${paint.red(error.code)}: ${redactText(error.message)}`);
    process.exitCode = 1;
  } else if (controller.signal.aborted) process.exitCode = 130;
  else {
    printError(`vchain: a bug: ${redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))}`);
    process.exitCode = 70;
  }
}
