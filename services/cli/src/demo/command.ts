import type { Command } from 'commander';
import { withEnd } from '../exit-codes.ts';

interface Asked {
  readonly once?: boolean;
  readonly feed?: boolean;
  readonly embedded?: boolean;
}

export function addDemo(program: Command, signal: AbortSignal): void {
  const command = program
    .command('demo')
    .description('starts a node, a log and Postgres, mines, sends operations, reorganises, and compares the outcome')
    .option('--once', 'exit when done, with a last line of JSON')
    .option('--embedded', 'take the node and the log that come with npm at once, not only where there are no real ones')
    .option('--feed', 'send operations to the node, Kafka and Postgres of the environment, and start nothing')
    .action(async ({ once = false, feed = false, embedded = false }: Asked) => {
      const { demo } = await import('./demo.ts');
      process.exitCode = await demo({ once, feed, embedded, signal });
    });
  withEnd(command, ['demo', 'demo --once', 'demo --embedded']);
}
