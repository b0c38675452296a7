import type { Command } from 'commander';
import { withEnd } from '../exit-codes.ts';

export function addCreate(program: Command): void {
  const command = program
    .command('create')
    .description('writes a package with a virtual chain, a state machine and its tests')
    .argument('<folder>', 'empty or not there yet; its name is that of the package')
    .option('--packages <folder>', 'take our packages from tarballs there (npm run pack) instead of the registry')
    .option('--json', 'one line of JSON')
    .action(async (folder: string, given: { packages?: string; json?: boolean }) => {
      const { create } = await import('../commands/create.ts');
      const version = program.version() ?? ''; // the new package asks for packages of the same
      return create({ folder, version, ...(given.packages === undefined ? {} : { packages: given.packages }) }, given);
    });
  withEnd(command, ['create guest-book', 'create guest-book --packages ../packages']);
}
