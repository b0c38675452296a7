import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { isExpectedError } from '@virtualchain/kernel';
import { redactText } from '@virtualchain/process';
import { Command } from 'commander';
import { EXIT_CODES } from './exit-codes.ts';
import { paint, printError } from './output.ts';
import { addIngester, addProjector, PROCESSES } from './usage/processes.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

type Register = (program: Command, signal: AbortSignal, isCalled: boolean) => void | Promise<void>;

const look = () => import('./usage/look.ts');
const change = () => import('./usage/change.ts');

/** What each command takes, in the order of the help. What a command does is loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  ingester: async () => addIngester,
  projector: async () => addProjector,
  demo: async () => (await import('./demo/command.ts')).addDemo,
  send: async () => (await change()).addSend,
  keys: async () => (await change()).addKeys,
  status: async () => (await look()).addStatus,
  tail: async () => (await look()).addTail,
  state: async () => (await look()).addState,
  verify: async () => (await look()).addVerify,
  snv: async () => (await look()).addSnv,
  diverge: async () => (await look()).addDiverge,
  snapshot: async () => (await change()).addSnapshot,
  rebuild: async () => (await change()).addRebuild,
  attach: async () => (await change()).addAttach,
  resume: async () => (await change()).addResume,
  bns: async () => (await import('./bns/command.ts')).addBns,
};

/** Runs the command that the arguments name. Only that one is registered; for the help, and for a name that is none, all are. */
export async function run(args: readonly string[]): Promise<void> {
  const name = args[2] ?? '';
  if (Object.hasOwn(PROCESSES, name)) {
    const start = await PROCESSES[name]?.();
    return start?.(args.slice(3));
  }
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => controller.abort(new Error(`received ${signal}`)));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const program = new Command('vchain')
    .description(
      'Runs and inspects virtual chains: operations in Bitcoin transactions, as a Kafka log, folded into Postgres.',
    )
    .version(version)
    .showHelpAfterError('(see vchain --help)')
    .addHelpText('after', EXIT_CODES)
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));
  const called = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  for (const load of called === undefined ? Object.values(COMMANDS) : [called]) {
    const register = await load();
    await register(program, controller.signal, called !== undefined || name === 'help');
  }
  program.hook('preAction', async () => {
    const { usePlatformSha256 } = await import('@virtualchain/bitcoin');
    usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  });
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
