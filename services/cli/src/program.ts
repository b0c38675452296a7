import type { Command } from 'commander';
import { type Connection, readConnection, type Told, withConnection } from './connection.ts';

type Options = Readonly<Record<string, string | undefined>> & { readonly json?: boolean };

/** A command that takes the options which say where things are. */
export function connected(parent: Command, name: string, { about, ...told }: Told & { about: string }): Command {
  return withConnection(parent.command(name).description(about), told);
}

/** The connection that a command was called with, and its own options. @throws ConfigInvalid, SettingMissing */
export async function read(
  command: Command,
  uses: { readonly usesNode?: boolean } = {},
): Promise<{ readonly connection: Connection; readonly options: Options }> {
  const options = command.opts<Options>();
  return { connection: await readConnection(command, uses), options };
}
