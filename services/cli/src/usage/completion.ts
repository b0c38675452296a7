import type { Command } from 'commander';
import { withEnd } from '../exit-codes.ts';

export function addCompletion(program: Command): void {
  const command = program
    .command('completion')
    .description('writes what makes a shell complete commands and options')
    .argument('<shell>', 'bash, zsh or fish')
    .action(async (shell: string) => {
      const { completion } = await import('../commands/completion.ts');
      completion(program, shell);
    });
  withEnd(command, [
    'completion bash > ~/.local/share/bash-completion/completions/vchain',
    'completion zsh > ~/.zfunc/_vchain',
    'completion fish > ~/.config/fish/completions/vchain.fish',
  ]);
}
