import { hash } from 'node:crypto';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { isExpectedError } from '@virtualchain/kernel';
import { redactText } from '@virtualchain/process';
import { Command } from 'commander';
import { addBnsCommands } from './bns/command.ts';
import { addAttach, addResume } from './commands/attach.ts';
import { addDiverge } from './commands/diverge.ts';
import { addRebuild } from './commands/rebuild.ts';
import { addKeys, addSend } from './commands/send.ts';
import { addSnapshot } from './commands/snapshot.ts';
import { addSnv } from './commands/snv.ts';
import { addState } from './commands/state.ts';
import { addStatus } from './commands/status.ts';
import { addTail } from './commands/tail.ts';
import { addVerify } from './commands/verify.ts';
import { addDemo } from './demo/command.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { paint, printError } from './output.ts';

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

/** Every command registers itself, in the order of the help. */
const COMMANDS = [
  addDemo,
  addSend,
  addKeys,
  addStatus,
  addTail,
  addState,
  addVerify,
  addSnv,
  addDiverge,
  addSnapshot,
  addRebuild,
  addAttach,
  addResume,
  addBnsCommands,
];
for (const add of COMMANDS) add(program, controller.signal);

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
