import { Command } from 'commander';
import { addBns } from '../../services/cli/src/bns/command.ts';
import { withConnection } from '../../services/cli/src/connection.ts';
import { addDemo } from '../../services/cli/src/demo/command.ts';
import { addDev } from '../../services/cli/src/dev/command.ts';
import * as change from '../../services/cli/src/usage/change.ts';
import { addCompletion } from '../../services/cli/src/usage/completion.ts';
import { addCreate } from '../../services/cli/src/usage/create.ts';
import * as look from '../../services/cli/src/usage/look.ts';
import { addGateway, addIngester, addProjector, addRelay } from '../../services/cli/src/usage/processes.ts';
import { addTokens } from '../../services/cli/src/usage/tokens.ts';
import { markdownTable } from './page.ts';
import { processFlags } from './settings.ts';

type Register = (program: Command, signal: AbortSignal, isCalled: boolean) => void | Promise<void>;

/** All commands, as `vchain` registers them. */
async function allCommands(): Promise<Command> {
  const program = new Command('vchain');
  const modules: readonly Readonly<Record<string, unknown>>[] = [
    { addIngester, addProjector, addGateway, addRelay, addDemo, addCreate, addDev },
    change,
    look,
    { addTokens },
    { addBns, addCompletion },
  ];
  for (const register of modules.flatMap((module) => Object.values(module)))
    if (typeof register === 'function') await (register as Register)(program, new AbortController().signal, true);
  return program;
}

/** The parts of the page of commands: the list, and of each command what it takes. */
export async function commandParts(): Promise<ReadonlyMap<string, string>> {
  const leaves = leavesOf(await allCommands(), []);
  const connection = withConnection(new Command('any'), { needs: [], examples: [] }).options;
  const shared = new Set(connection.map(({ long }) => long));
  const rows = leaves.map(({ usage, command }) => [`[\`${usage}\`](#${anchorOf(usage)})`, command.description()]);
  const sections = leaves.map(({ usage, command }) => section(usage, command, shared));
  const options = connection.map(({ flags, description }) => [`\`${flags}\``, description]);
  return new Map([
    ['list', markdownTable(['command', 'what'], rows)],
    ['connection', markdownTable(['option', 'what'], options)],
    ['commands', sections.join('\n\n')],
  ]);
}

interface Leaf {
  readonly usage: string;
  readonly command: Command;
}

function leavesOf(command: Command, path: readonly string[]): readonly Leaf[] {
  const here = [...path, command.name()];
  // What has options of its own does something, also where there are commands below it.
  const own = command.commands.length === 0 || command.options.length > 0 ? [{ usage: here.join(' '), command }] : [];
  return [...own, ...command.commands.flatMap((each) => leavesOf(each, here))];
}

function anchorOf(usage: string): string {
  return usage.replaceAll(' ', '-');
}

function section(usage: string, command: Command, shared: ReadonlySet<string | undefined>): string {
  const args = command.registeredArguments.map((each) => ({
    name: each.required ? `<${each.name()}${each.variadic ? '…' : ''}>` : `[${each.name()}${each.variadic ? '…' : ''}]`,
    about: each.description,
  }));
  const own = command.options.filter(({ long }) => !shared.has(long));
  const rows = [
    ...args.map(({ name, about }) => [`\`${name}\``, about]),
    ...own.map(({ flags, description, mandatory, defaultValue }) => [
      `\`${flags}\``,
      `${description}${mandatory ? ' (required)' : ''}${defaultValue === undefined ? '' : ` (${defaultValue} when absent)`}`,
    ]),
  ];
  const takesConnection = command.options.length > own.length;
  const lines = [
    `### ${usage}`,
    `\`${[usage, ...args.map(({ name }) => name)].join(' ')}\`: ${command.description()}.${takesConnection ? ' Takes the [options of where things are](#where-things-are).' : ''}`,
    ...(rows.length > 0 ? [markdownTable(['argument or option', 'what'], rows)] : []),
  ];
  return lines.join('\n\n');
}

/** What `vchain` would not take of a command line: its name, an option, or how many arguments it has. Null where all is well. */
export async function problemsOfCommand(line: string): Promise<string | null> {
  const [, ...words] = line.split(' ');
  let command = await allCommands();
  while (command.commands.length > 0) {
    const next = command.commands.find((each) => each.name() === words[0]);
    // What has options of its own is called without a command behind it, too.
    if (next === undefined && command.options.length > 0 && (words[0] ?? '--').startsWith('--')) break;
    if (next === undefined) return `${line}: there is no ${words[0]}`;
    words.shift();
    command = next;
  }
  const isProcess = ['ingester', 'projector', 'gateway', 'relay'].includes(command.name());
  const known = new Map(command.options.map(({ long, flags }) => [long ?? '', /[<[]/.test(flags)]));
  if (isProcess) for (const flag of processFlags(command.name())) known.set(`--${flag}`, true);
  let given = 0;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('--')) given++;
    else if (!known.has(word)) return `${line}: there is no ${word}`;
    else if (known.get(word) === true) index++;
  }
  const least = command.registeredArguments.filter(({ required }) => required).length;
  return given < least ? `${line}: ${least} arguments are needed` : null;
}
