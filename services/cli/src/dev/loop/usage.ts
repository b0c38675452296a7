import type { Command } from 'commander';
import { withEnd } from '../../exit-codes.ts';

interface DevFlags {
  readonly chain?: string;
  readonly chainParameters?: string;
  readonly machine?: string;
  readonly machineParameters?: string;
  readonly real?: boolean;
  readonly json?: boolean;
}

/** What `vchain dev` itself takes, without a command behind it. */
export function addLoop(dev: Command, signal: AbortSignal): void {
  // `vchain dev send … --json`: that is not ours.
  dev.parent?.enablePositionalOptions();
  dev
    .enablePositionalOptions()
    .description('runs the machine of this folder on a chain of its own, and folds its rules anew at every save')
    .option('--chain <module>', 'the virtual chain; what package.json names under "virtualchain" by default')
    .option('--machine <module>', 'the state machine; what package.json names under "virtualchain" by default')
    .option('--chain-parameters <json>', 'parameters of the chain')
    .option('--machine-parameters <json>', 'parameters of the machine')
    .option('--real', 'real parts only: containers, or programs of this computer')
    .option('--json', 'a line of JSON for each thing that happens')
    .action(async ({ real = false, json = false, ...given }: DevFlags) => {
      const { dev: run } = await import('./dev.ts');
      await run({ ...given, real, json, signal });
    });
  withEnd(dev, ['dev', 'dev --chain kv --machine ./src/machine.ts', 'dev --real']);
}
