import {
  type AnyStateMachine,
  type Collection,
  type CollectionReading,
  type Collections,
  type Column,
  type ColumnValue,
  canonicalRow,
  type Row,
  readColumnText,
} from '@virtualchain/machine';
import { NotFound, readerOf } from '@virtualchain/projection';
import type { Connection } from '../connection.ts';
import { rowsMax } from '../limits.ts';
import { openMachine } from '../machine-of.ts';
import { printState } from '../printing/state-answer.ts';
import { heightOf, QueryInvalid, wholeNumber } from '../values.ts';

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
  const at = options.at === undefined ? 'tip' : heightOf('--at', options.at);
  const limit =
    options.limit === undefined ? {} : { limit: wholeNumber('--limit', options.limit, { min: 1, max: rowsMax }) };
  await using opened = await openMachine(connection, nameOrModule);
  const { machine } = opened.instance;
  const collection = collectionOf(machine, name);
  const which = { ...limit, ...(key === undefined ? {} : { equal: parseKey(collection, key) }) };
  await readerOf(opened.registry, opened.instance).read(at, async (reading) => {
    const found = await Array.fromAsync((reading.state[name] as CollectionReading).all(which));
    if (key !== undefined && found.length === 0) throw notThere(collection, key, `${name} at height ${reading.height}`);
    const rows = found.map((row) => canonicalRow(collection, row as Row));
    const hash = at === 'tip' ? ((await reading.block(reading.height))?.hash ?? null) : null;
    const answer = { machine: machine.name, collection: name, height: reading.height, hash, rows };
    printState(answer, Object.keys(collection.columns), options.json);
  });
}

function collectionOf({ name: machine, collections }: AnyStateMachine, name: string): Collection {
  const collection = Object.hasOwn(collections, name) ? (collections as Collections)[name] : undefined;
  if (collection !== undefined) return collection;
  const known = Object.keys(collections).join(', ');
  throw new NotFound(`${machine} has no collection ${JSON.stringify(name)}; it has ${known}: give one of them`);
}

/** A key without rows: nothing of that name, or a key of fewer columns than were typed. */
function notThere({ key: columns }: Collection, key: string, where: string): QueryInvalid | NotFound {
  const parts = key.split(',').length;
  return parts > columns.length
    ? tooMany(columns, key, parts)
    : new NotFound(
        `there is no ${JSON.stringify(key)} (${columns.join(', ')}) in ${where}; leave the key out to see what is`,
      );
}

function tooMany(columns: readonly string[], key: string, parts: number): QueryInvalid {
  return new QueryInvalid(
    `key ${JSON.stringify(key)}: ${parts} values for ${columns.length} columns; give ${columns.join(',')}`,
  );
}

/** `alice`, or for a key of several columns `alice,7`. Where there is one column, commas are part of the value. */
function parseKey({ columns, key }: Collection, text: string): Row {
  const parts = key.length === 1 ? [text] : text.split(',');
  if (parts.length > key.length) throw tooMany(key, text, parts.length);
  return Object.fromEntries(
    parts.map((part, i) => [
      key[i] as string,
      parseValue(columns[key[i] as string] as Column<unknown>, key[i] as string, part),
    ]),
  );
}

function parseValue(column: Column<unknown>, name: string, text: string): ColumnValue {
  const read = readColumnText(column, text);
  if (read.kind === 'value') return read.value;
  throw new QueryInvalid(`key ${JSON.stringify(text)}: ${name} is ${read.rule}; give one`);
}
