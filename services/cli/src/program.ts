import type { Command } from 'commander';
import { type Connection, readConnection, withConnection } from './connection.ts';

type Options = Readonly<Record<string, string | undefined>> & { readonly json?: boolean };

/** A command that takes the options which say where things are. */
export function connected(program: Command, name: string, about: string): Command {
  return withConnection(program.command(name).description(about));
}

/** The connection that a command was called with, and its own options. */
export async function read(
  command: Command,
  uses: { readonly usesNode?: boolean } = {},
): Promise<{ readonly connection: Connection; readonly options: Options }> {
  const options = command.opts<Options>();
  return { connection: await readConnection(options, uses), options };
}
