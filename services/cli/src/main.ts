import { createHash } from 'node:crypto';
import { isExpectedError, usePlatformSha256 } from '@virtualchain/bitcoin';
import { redactText } from '@virtualchain/process';
import { Command } from 'commander';
import { attach, resume } from './commands/attach.ts';
import { rebuild } from './commands/rebuild.ts';
import { state } from './commands/state.ts';
import { status } from './commands/status.ts';
import { tail } from './commands/tail.ts';
import { verify } from './commands/verify.ts';
import { type Connection, connectionOf, withConnection } from './connection.ts';
import { paint } from './output.ts';

type Options = Readonly<Record<string, string | undefined>> & { readonly json?: boolean };

const EXIT_CODES = `
Exit codes: 0 done, 1 a foreseen failure (its code is printed), 2 wrong usage, 70 a bug.`;

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
  return withConnection(program.command(name).description(about)).addHelpText('after', EXIT_CODES);
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
  .argument('<collection>', 'for kv: names; for activity: senders, opcodes')
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
  .option('--json', 'one line of JSON')
  .action((machine, _options, command) => {
    const { connection, options } = read(command);
    return verify(connection, machine, { json: options.json ?? false });
  });

connected('rebuild', 'folds the topic into a new build and makes it the live one if both agree')
  .argument('<machine>', 'name or module')
  .option('--json', 'one line of JSON')
  .action((machine, _options, command) => {
    const { connection, options } = read(command);
    return rebuild(connection, machine, { json: options.json ?? false, signal: controller.signal });
  });

connected('attach', 'stands a machine on the log that its topic holds now')
  .argument('<machine>', 'name or module')
  .action((machine, _options, command) => attach(read(command).connection, machine));

connected('resume', 'lets a faulted machine go on')
  .argument('<machine>', 'name or module')
  .action((machine, _options, command) => resume(read(command).connection, machine));

usePlatformSha256((bytes) => createHash('sha256').update(bytes).digest());
try {
  await program.parseAsync();
} catch (error) {
  if (isExpectedError(error)) {
    process.stderr.write(`${paint.red(error.code)}: ${redactText(error.message)}\n`);
    process.exitCode = 1;
  } else if (controller.signal.aborted) process.exitCode = 130;
  else {
    process.stderr.write(
      `vchain: a bug: ${redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))}\n`,
    );
    process.exitCode = 70;
  }
}
