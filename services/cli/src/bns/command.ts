import type { Command } from 'commander';
import { type Connection, withConnection } from '../connection.ts';
import { bnsChains, bnsConnection } from './connection.ts';
import type { ReadingOptions } from './name-system.ts';

/**
 * `vchain bns …`: sends the operations of the Blockstack Name System and answers about names. Its commands are registered
 * when it is called, or asked about.
 */
export async function addBns(program: Command, signal: AbortSignal, isCalled: boolean): Promise<void> {
  const bns = program.command('bns').description('names and namespaces: buys, keeps and looks them up');
  if (!isCalled) return;
  const { addNameCommands, addNamespaceCommands } = await import('./sending/commands.ts');
  addNamespaceCommands(bns.command('namespace').description('makes a namespace: preorder, reveal, ready'), signal);
  addNameCommands(bns, signal);
  const answers = {
    lookup: async () => (await import('./answers/lookup.ts')).lookup,
    history: async () => (await import('./answers/history.ts')).history,
    price: async () => (await import('./answers/price.ts')).price,
    namesOf: async () => (await import('./answers/names-of.ts')).namesOf,
  };
  reading(bns, 'lookup <what>', 'a name, a namespace as .id, or the names of an address', answers.lookup);
  reading(bns, 'history <name>', 'what a name went through, newest first', answers.history);
  reading(bns, 'price <what>', 'what a name, or a namespace as .id, costs in the next block', answers.price);
  reading(bns, 'names-of <address>', 'names that an address owns', answers.namesOf);
}

type Answer = (connection: Connection, what: string, options: ReadingOptions) => Promise<void>;

/** A command that answers at the tip or at a past height. */
function reading(parent: Command, usage: string, about: string, answer: () => Promise<Answer>): void {
  const [name = ''] = usage.split(' ');
  const what = name === 'names-of' ? 'ADDRESS' : 'satoshi.id';
  const told = {
    needs: ['postgresUrl'],
    examples: [`bns ${name} ${what}`, `bns ${name} ${what} --at 500000 --json`],
  } as const;
  withConnection(parent.command(usage).description(about), { ...told, chains: bnsChains })
    .option('--at <height>', 'as it was at this height')
    .option('--json', 'one line of JSON')
    .action(async (what: string, { at, json }: { at?: string; json?: boolean }, called: Command) => {
      const tell = await answer();
      return tell(await bnsConnection(called), what, { ...(at === undefined ? {} : { at }), json: json ?? false });
    });
}
