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
      const { demo } = await loadDemo();
      process.exitCode = await demo({ once, feed, embedded, signal });
    });
  withEnd(command, ['demo', 'demo --once', 'demo --embedded']);
}

/** What starts parts is a package of its own. @throws DemoRefused */
async function loadDemo(): Promise<typeof import('./demo.ts')> {
  try {
    return await import('./demo.ts');
  } catch (error) {
    const isMissing = error instanceof Error && error.message.includes("'@virtualchain/local'");
    if (!isMissing) throw error;
    const { DemoRefused } = await import('./errors.ts');
    throw new DemoRefused(
      'the demo starts its parts by the package @virtualchain/local, which is not installed here: npm install --save-dev @virtualchain/local',
      { cause: error },
    );
  }
}
