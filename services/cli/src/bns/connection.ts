import type { Command } from 'commander';
import { type Connection, readConnection } from '../connection.ts';

/** Which chain is meant where none is named, for the help. */
export const bnsChains = 'default bns';

/** The chain is bns where no flag names another one of its kind. */
export async function bnsConnection(called: Command, uses: { readonly usesNode?: boolean } = {}): Promise<Connection> {
  const { chain = 'bns' } = called.opts<{ readonly chain?: string }>();
  return { ...(await readConnection(called, uses)), chain };
}
