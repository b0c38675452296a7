import type { Command } from 'commander';
import { addHands } from './hands/usage.ts';

/** `vchain dev`: a throwaway chain of one's own. */
export function addDev(program: Command, signal: AbortSignal): void {
  const dev = program.command('dev').description('coins, blocks and operations on a chain of your own, in regtest');
  addHands(dev, signal);
}
