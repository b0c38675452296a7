import type { Command } from 'commander';
import { EXIT_CODES } from '../exit-codes.ts';

export function addDemo(program: Command, signal: AbortSignal): void {
  program
    .command('demo')
    .description('starts real parts, mines, sends operations, reorganises, and compares the outcome')
    .option('--once', 'exit when done, with a last line of JSON')
    .option('--feed', 'send operations to the node, Kafka and Postgres of the environment, and start nothing')
    .addHelpText('after', EXIT_CODES)
    .action(async ({ once = false, feed = false }: { once?: boolean; feed?: boolean }) => {
      const { demo } = await import('./demo.ts');
      process.exitCode = await demo({ once, feed, signal });
    });
}
