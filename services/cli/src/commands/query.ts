import { type AnyStateMachine, type MachineQuery, readQueryArguments } from '@virtualchain/machine';
import { NotFound, readerOf } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openMachine } from '../machine-of.ts';
import { print, table } from '../output.ts';
import { heightOf, QueryInvalid } from '../values.ts';

export interface QueryOptions {
  readonly at?: string;
  readonly json: boolean;
}

type Queries = Readonly<Record<string, MachineQuery>>;

/** `vchain query <machine> [query] [parameter=value...]`: what the machine answers, at the tip or a past height; without a query, what there is. */
export async function query(
  connection: Connection,
  nameOrModule: string,
  [name, ...words]: readonly string[],
  options: QueryOptions,
): Promise<void> {
  const at = options.at === undefined ? 'tip' : heightOf('--at', options.at);
  await using opened = await openMachine(connection, nameOrModule);
  const { machine } = opened.instance;
  const queries = (machine.queries ?? {}) as Queries;
  if (name === undefined) return showQueries(queries, options);
  const asked = queryOf(machine, queries, name);
  const given = argumentsOf(name, asked, words);
  await readerOf(opened.registry, opened.instance).read(at, async (reading) => {
    const result = await asked.ask(reading, given);
    if (result === null)
      throw new NotFound(
        `${name} has no answer at height ${reading.height}; ask for something else, or at another height`,
      );
    const { height } = reading;
    const hash = (await reading.block(height))?.hash ?? null;
    if (options.json) print(JSON.stringify({ machine: machine.name, query: name, height, hash, result }));
    else print(JSON.stringify(result, null, 2));
  });
}

function showQueries(queries: Queries, { json }: QueryOptions): void {
  const rows = Object.entries(queries).map(([name, { about, parameters }]) => ({ name, parameters, about }));
  const cells = rows.map(({ name, parameters, about }) => [name, usageOf(parameters), about]);
  print(json ? JSON.stringify({ queries: rows }) : table(['query', 'parameters', 'about'], cells));
}

function usageOf({ properties, required = [] }: MachineQuery['parameters']): string {
  return Object.keys(properties)
    .map((name) => (required.includes(name) ? `${name}=…` : `[${name}=…]`))
    .join(' ');
}

function queryOf({ name: machine }: AnyStateMachine, queries: Queries, name: string): MachineQuery {
  const found = Object.hasOwn(queries, name) ? queries[name] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(queries).join(', ') || 'none';
  throw new NotFound(`${machine} has no query ${JSON.stringify(name)}; it has ${known}: give one of them`);
}

/** `name=value`, several; a list by naming its parameter several times. @throws QueryInvalid */
function argumentsOf(name: string, { parameters }: MachineQuery, words: readonly string[]): unknown {
  const pairs = words.map((word): readonly [string, string] => {
    const end = word.indexOf('=');
    if (end < 1) throw new QueryInvalid(`${JSON.stringify(word)}: not PARAMETER=VALUE; give ${usageOf(parameters)}`);
    return [word.slice(0, end), word.slice(end + 1)];
  });
  const texts = Object.groupBy(pairs, ([parameter]) => parameter);
  const read = readQueryArguments(
    parameters,
    Object.fromEntries(
      Object.entries(texts).map(([parameter, all = []]) => [parameter, all.map(([, value]) => value)]),
    ),
  );
  if (read.kind === 'arguments') return read.given;
  throw new QueryInvalid(`${name}: ${read.parameter} must be ${read.rule}; give ${usageOf(parameters) || 'nothing'}`);
}
