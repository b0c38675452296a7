import { hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import {
  anchorHeight,
  type Collection,
  type Column,
  type ColumnValue,
  canonicalRow,
  type Row,
} from '@virtualchain/machine';
import { readRows } from '@virtualchain/projection';
import type { Command } from 'commander';
import { type Connection, openLive } from '../connection.ts';
import { print, table } from '../output.ts';
import { connected, read } from '../program.ts';
import { QueryInvalid, wholeNumber } from '../values.ts';

export function addState(program: Command): void {
  connected(program, 'state', 'rows of a collection, at the tip or at a past height')
    .argument('<machine>', 'name or module')
    .argument(
      '<collection>',
      'for bns: names, namespaces, preorders, accounts, vesting, import_rings; for kv: names; for activity: senders, opcodes',
    )
    .argument('[key]', 'value of the key; several columns separated by commas')
    .option('--at <height>', 'the state at this height')
    .option('--limit <rows>', 'at most so many')
    .option('--json', 'one line of JSON')
    .action((machine, collection, key, given: { at?: string; limit?: string }, command) => {
      const { connection, options } = read(command);
      return state(connection, machine, collection, key, { ...given, json: options.json ?? false });
    });
}

export interface StateOptions {
  readonly at?: string;
  readonly limit?: string;
  readonly json: boolean;
}

/** `vchain state <machine> <collection> [key]`: rows at the tip, or as they were at a past height. */
export async function state(
  connection: Connection,
  machine: string,
  name: string,
  key: string | undefined,
  options: StateOptions,
): Promise<void> {
  const { projection } = await openLive(connection, machine);
  try {
    const collection = (projection.machine.collections as Readonly<Record<string, Collection>>)[name];
    const { cursor } = await projection.checkpoint();
    const at = options.at === undefined ? undefined : wholeNumber('--at', options.at);
    const [from, to] = [anchorHeight(projection.machine), cursor?.height ?? anchorHeight(projection.machine)];
    if (at !== undefined && (at < from || at > to))
      throw new QueryInvalid(`--at ${at}: ${projection.schema} has the heights ${from} to ${to}`);
    const rows = await readRows(projection, name, {
      ...(at === undefined ? {} : { at }),
      ...(options.limit === undefined ? {} : { limit: wholeNumber('--limit', options.limit) }),
      ...(key === undefined || collection === undefined ? {} : { key: parseKey(collection, key) }),
    });
    const canonical = collection === undefined ? [] : rows.map((row) => canonicalRow(collection, row));
    if (options.json) {
      print(
        JSON.stringify({
          machine: projection.machine.name,
          collection: name,
          height: at ?? to,
          hash: at === undefined ? (cursor?.hash ?? null) : null,
          rows: canonical,
        }),
      );
      return;
    }
    const columns = Object.keys(collection?.columns ?? {});
    print(
      table(
        columns,
        canonical.map((row) => columns.map((column) => shown(row[column]))),
      ),
    );
    print(`${rows.length} rows at height ${at ?? to}`);
  } finally {
    await projection.close();
  }
}

function shown(value: unknown): string | number {
  if (value === null) return 'null';
  return typeof value === 'number' ? value : typeof value === 'string' ? value : JSON.stringify(value);
}

/** `alice`, or for a key of several columns `alice,7`. */
function parseKey({ columns, key }: Collection, text: string): Row {
  const parts = key.length === 1 ? [text] : text.split(',');
  if (parts.length > key.length)
    throw new QueryInvalid(`key ${JSON.stringify(text)}: ${parts.length} values for the columns ${key.join(', ')}`);
  return Object.fromEntries(
    parts.map((part, i) => [
      key[i] as string,
      parseValue(columns[key[i] as string] as Column<unknown>, key[i] as string, part),
    ]),
  );
}

function parseValue({ kind }: Column<unknown>, name: string, text: string): ColumnValue {
  if (kind === 'bytes') {
    if (!isHexBytes(text)) throw new QueryInvalid(`key ${JSON.stringify(text)}: ${name} is bytes, give hex`);
    return hexToBytes(text);
  }
  if (kind === 'integer') return wholeNumber(name, text);
  if (kind === 'bigint' || kind === 'numeric') return BigInt(wholeNumber(name, text));
  return kind === 'boolean' ? text === 'true' : text;
}
