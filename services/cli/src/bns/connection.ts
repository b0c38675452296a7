import type { Command } from 'commander';
import { type Connection, readConnection } from '../connection.ts';

/** Which chain is meant where none is named, for the help. */
export const bnsChains = 'default bns';

/** The chain is bns where no flag names another one of its kind. */
export async function bnsConnection(called: Command, uses: { readonly usesNode?: boolean } = {}): Promise<Connection> {
  const options = called.opts<Readonly<Record<string, string | undefined>>>();
  return { ...(await readConnection(options, uses)), chain: options['chain'] ?? 'bns' };
}
