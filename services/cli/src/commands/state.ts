import { hexToBytes, isHexBytes } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  type Collection,
  type CollectionReading,
  type Collections,
  type Column,
  type ColumnValue,
  canonicalRow,
  type Row,
} from '@virtualchain/machine';
import { NotFound, readerOf } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { openMachine } from '../machine-of.ts';
import { print, table } from '../output.ts';
import { QueryInvalid, wholeNumber } from '../values.ts';

export interface StateOptions {
  readonly at?: string;
  readonly limit?: string;
  readonly json: boolean;
}

/** `vchain state <machine> <collection> [key]`: rows at the tip, or as they were at a past height. */
export async function state(
  connection: Connection,
  nameOrModule: string,
  [name, key]: readonly [collection: string, key: string | undefined],
  options: StateOptions,
): Promise<void> {
  await using opened = await openMachine(connection, nameOrModule);
  const { machine } = opened.instance;
  const collection = collectionOf(machine, name);
  const at = options.at === undefined ? 'tip' : wholeNumber('--at', options.at);
  const which = {
    ...(options.limit === undefined ? {} : { limit: wholeNumber('--limit', options.limit) }),
    ...(key === undefined ? {} : { equal: parseKey(collection, key) }),
  };
  await readerOf(opened.registry, opened.instance).read(at, async (reading) => {
    const found = await Array.fromAsync((reading.state[name] as CollectionReading).all(which));
    const rows = found.map((row) => canonicalRow(collection, row as Row));
    const hash = at === 'tip' ? ((await reading.block(reading.height))?.hash ?? null) : null;
    if (options.json)
      print(JSON.stringify({ machine: machine.name, collection: name, height: reading.height, hash, rows }));
    else showRows(Object.keys(collection.columns), rows, reading.height);
  });
}

function collectionOf({ name: machine, collections }: AnyStateMachine, name: string): Collection {
  const collection = (collections as Collections)[name];
  if (collection !== undefined) return collection;
  const known = Object.keys(collections).join(', ');
  throw new NotFound(`${machine} has no collection ${JSON.stringify(name)}; it has ${known}`);
}

function showRows(
  columns: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
  height: number,
): void {
  const cells = rows.map((row) => columns.map((column) => shown(row[column])));
  print(table(columns, cells));
  print(`${rows.length} rows at height ${height}`);
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
