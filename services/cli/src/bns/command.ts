import type { Command } from 'commander';
import { type Connection, withConnection } from '../connection.ts';
import { history } from './answers/history.ts';
import { lookup } from './answers/lookup.ts';
import { namesOf } from './answers/names-of.ts';
import { price } from './answers/price.ts';
import { bnsChains, bnsConnection } from './connection.ts';
import type { ReadingOptions } from './name-system.ts';
import { addNameCommands, addNamespaceCommands } from './sending/commands.ts';

/** `vchain bns …`: sends the operations of the Blockstack Name System and answers about names. */
export function addBnsCommands(program: Command, signal: AbortSignal): void {
  const bns = program.command('bns').description('names and namespaces: buys, keeps and looks them up');
  addNamespaceCommands(bns.command('namespace').description('makes a namespace: preorder, reveal, ready'), signal);
  addNameCommands(bns, signal);
  reading(bns, 'lookup <what>', 'a name, a namespace as .id, or the names of an address', lookup);
  reading(bns, 'history <name>', 'what a name went through, newest first', history);
  reading(bns, 'price <what>', 'what a name, or a namespace as .id, costs in the next block', price);
  reading(bns, 'names-of <address>', 'names that an address owns', namesOf);
}

/** A command that answers at the tip or at a past height. */
function reading(
  parent: Command,
  usage: string,
  about: string,
  answer: (connection: Connection, what: string, options: ReadingOptions) => Promise<void>,
): void {
  withConnection(parent.command(usage).description(about), bnsChains)
    .option('--at <height>', 'as it was at this height')
    .option('--json', 'one line of JSON')
    .action(async (what: string, { at, json }: { at?: string; json?: boolean }, called: Command) =>
      answer(await bnsConnection(called), what, { ...(at === undefined ? {} : { at }), json: json ?? false }),
    );
}
