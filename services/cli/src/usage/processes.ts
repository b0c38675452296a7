import type { Command } from 'commander';

type Process = (args: readonly string[]) => Promise<never>;

/** The processes of a deployment: they read their own flags, and end the process themselves. */
export const PROCESSES: Readonly<Record<string, () => Promise<Process>>> = {
  ingester: async () => (await import('@virtualchain/ingester/service')).runIngester,
  projector: async () => (await import('@virtualchain/projector/service')).runProjector,
  gateway: async () => (await import('@virtualchain/gateway/service')).runGateway,
  relay: async () => (await import('@virtualchain/relay/service')).runRelay,
};

/** For the help of all commands. */
export function addIngester(program: Command): void {
  process(program, 'ingester', 'follows a Bitcoin node and publishes the operations of virtual chains');
}

/** For the help of all commands. */
export function addProjector(program: Command): void {
  process(program, 'projector', 'folds the log of a virtual chain into the projection of one machine');
}

/** For the help of all commands. */
export function addGateway(program: Command): void {
  process(program, 'gateway', 'answers questions about virtual chains and their machines over HTTP');
}

/** For the help of all commands. */
export function addRelay(program: Command): void {
  process(program, 'relay', 'delivers what machines made of their chains to webhooks, signed and in order');
}

function process(program: Command, name: string, about: string): void {
  program.command(name).description(about).option('--help', 'its flags and settings');
}
