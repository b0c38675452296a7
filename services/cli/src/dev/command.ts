import type { Command } from 'commander';
import { addHands } from './hands/usage.ts';
import { addLoop } from './loop/usage.ts';

/** `vchain dev`: a throwaway chain of one's own, the loop over a package's rules, and what is done on it by hand. */
export function addDev(program: Command, signal: AbortSignal): void {
  const dev = program.command('dev');
  addLoop(dev, signal);
  addHands(dev, signal);
}
