import { hash } from 'node:crypto';
import { createRequire } from 'node:module';
import { Command, CommanderError } from 'commander';
import { ENDED_BY_SIGNAL, EXIT_CODES } from './exit-codes.ts';
import { lookEndMs } from './limits.ts';
import { calledIn, told, UsageInvalid } from './told.ts';
import { addGateway, addIngester, addProjector, addRelay, PROCESSES } from './usage/processes.ts';

const { version } = createRequire(import.meta.url)('../package.json') as { readonly version: string };

type Register = (program: Command, signal: AbortSignal, isCalled: boolean) => void | Promise<void>;

const look = () => import('./usage/look.ts');
const change = () => import('./usage/change.ts');

/** What each command takes, in the order of the help. What a command does is loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Register>>> = {
  ingester: async () => addIngester,
  projector: async () => addProjector,
  gateway: async () => addGateway,
  relay: async () => addRelay,
  demo: async () => (await import('./demo/command.ts')).addDemo,
  create: async () => (await import('./usage/create.ts')).addCreate,
  dev: async () => (await import('./dev/command.ts')).addDev,
  send: async () => (await change()).addSend,
  keys: async () => (await change()).addKeys,
  plan: async () => (await look()).addPlan,
  status: async () => (await look()).addStatus,
  tail: async () => (await look()).addTail,
  state: async () => (await look()).addState,
  query: async () => (await look()).addQuery,
  verify: async () => (await look()).addVerify,
  snv: async () => (await look()).addSnv,
  diverge: async () => (await look()).addDiverge,
  'compare-rules': async () => (await look()).addCompareRules,
  snapshot: async () => (await change()).addSnapshot,
  rebuild: async () => (await change()).addRebuild,
  attach: async () => (await change()).addAttach,
  resume: async () => (await change()).addResume,
  builds: async () => (await change()).addBuilds,
  prune: async () => (await change()).addPrune,
  roles: async () => (await change()).addRoles,
  tokens: async () => (await import('./usage/tokens.ts')).addTokens,
  bns: async () => (await import('./bns/command.ts')).addBns,
  completion: async () => (await import('./usage/completion.ts')).addCompletion,
};

/** Commands that change nothing: they may be ended anywhere. */
const LOOKS: ReadonlySet<string> = new Set([
  'status',
  'tail',
  'state',
  'query',
  'verify',
  'snv',
  'diverge',
  'compare-rules',
  'plan',
]);

/** Runs the command that the arguments name, as this process: signals end it, and its exit code is the process's. */
export async function run(args: readonly string[]): Promise<void> {
  const name = args[2] ?? '';
  if (Object.hasOwn(PROCESSES, name)) {
    const start = await PROCESSES[name]?.();
    return start?.(args.slice(3));
  }
  const controller = endedBySignals(LOOKS.has(name));
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await runCommand(args, controller.signal);
  if (code !== 0) process.exitCode = code;
}

/** The first signal asks the command to end; one that only looks has not long to do so. The second one ends it at once. */
function endedBySignals(isLook: boolean): AbortController {
  const controller = new AbortController();
  const end = () => process.exit(ENDED_BY_SIGNAL);
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (controller.signal.aborted) end();
      controller.abort(new Error(`received ${signal}`));
      if (isLook) setTimeout(end, lookEndMs).unref();
    });
  return controller;
}

/**
 * Runs a command; processes of a deployment are none. `args` are those of a process: Node, its script, what was typed.
 *
 * @returns the exit code.
 */
export async function runCommand(args: readonly string[], signal: AbortSignal): Promise<number> {
  const program = await programFor(args[2] ?? '', signal);
  try {
    await program.parseAsync(args);
    return 0;
  } catch (error) {
    const isJson = args.includes('--json');
    if (!(error instanceof CommanderError)) return told(error, { signal, isJson });
    if (error.exitCode === 0) return 0;
    // What is called without its commands has shown its help.
    if (error.code === 'commander.help') return 2;
    return told(new UsageInvalid(error, calledIn(program, args.slice(2))), { signal, isJson });
  }
}

/** All commands for the help, for what completes them, and for a name that is none; else only the one that is called. */
async function programFor(name: string, signal: AbortSignal): Promise<Command> {
  const program = new Command('vchain')
    .description(
      'Runs and inspects virtual chains: operations in Bitcoin transactions, as a Kafka log, folded into Postgres.',
    )
    .version(version)
    .configureOutput({ outputError: () => undefined }) // told once, with the remedy
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  const called = Object.hasOwn(COMMANDS, name) && name !== 'completion' ? COMMANDS[name] : undefined;
  for (const load of called === undefined ? Object.values(COMMANDS) : [called]) {
    const register = await load();
    await register(program, signal, called !== undefined || name === 'help' || name === 'completion');
  }
  program.hook('preAction', async () => {
    const { usePlatformSha256 } = await import('@virtualchain/bitcoin');
    usePlatformSha256((bytes) => hash('sha256', bytes, 'buffer'));
  });
  return program;
}
