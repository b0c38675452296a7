import { hash } from 'node:crypto';
import { usePlatformSha256 } from '@virtualchain/bitcoin';
import { isExpectedError } from '@virtualchain/kernel';
import { redactText } from '@virtualchain/process';
import { Command } from 'commander';
import { EXIT_CODES } from './exit-codes.ts';
import { paint, printError } from './output.ts';

type Register = (program: Command, signal: AbortSignal) => void;

/** Every command registers itself, in the order of the help; what it needs is loaded with it. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  demo: async () => (await import('./demo/command.ts')).addDemo,
  send: async () => (await import('./commands/send.ts')).addSend,
  keys: async () => (await import('./commands/send.ts')).addKeys,
  status: async () => (await import('./commands/status.ts')).addStatus,
  tail: async () => (await import('./commands/tail.ts')).addTail,
  state: async () => (await import('./commands/state.ts')).addState,
  verify: async () => (await import('./commands/verify.ts')).addVerify,
  snv: async () => (await import('./commands/snv.ts')).addSnv,
  diverge: async () => (await import('./commands/diverge.ts')).addDiverge,
  snapshot: async () => (await import('./commands/snapshot.ts')).addSnapshot,
  rebuild: async () => (await import('./commands/rebuild.ts')).addRebuild,
  attach: async () => (await import('./commands/attach.ts')).addAttach,
  resume: async () => (await import('./commands/attach.ts')).addResume,
  bns: async () => (await import('./bns/command.ts')).addBnsCommands,
};

/** Runs the command that the arguments name. Only that one is loaded; for the help, and for a name that is none, all are. */
export async function run(args: readonly string[]): Promise<void> {
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
  const name = args[2] ?? '';
  const called = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of called === undefined ? Object.values(COMMANDS) : [called])
    (await load())(program, controller.signal);
  usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  try {
    await program.parseAsync(args);
  } catch (error) {
    process.exitCode = told(error, controller.signal);
  }
}

/** Says what went wrong. @returns the exit code. */
function told(error: unknown, signal: AbortSignal): number {
  if (isExpectedError(error)) {
    printError(`${paint.red(error.code)}: ${redactText(error.message)}`);
    return 1;
  }
  if (signal.aborted) return 130;
  printError(`vchain: a bug: ${redactText(error instanceof Error ? (error.stack ?? error.message) : String(error))}`);
  return 70;
}
