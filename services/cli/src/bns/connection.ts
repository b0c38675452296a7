import type { Command } from 'commander';
import { type Connection, connectionOf } from '../connection.ts';

/** Which chain is meant where none is named, for the help. */
export const bnsChains = 'default bns';

/** The chain is bns where no flag names another one of its kind. */
export function bnsConnection(called: Command): Connection {
  const options = called.opts<Readonly<Record<string, string | undefined>>>();
  return { ...connectionOf(options), chain: options['chain'] ?? 'bns' };
}
