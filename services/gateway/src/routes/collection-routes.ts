import {
  type Collection,
  type CollectionReading,
  type Column,
  type ColumnKind,
  canonicalRow,
  fromCanonical,
  type Reading,
  type Row,
  readColumnText,
} from '@virtualchain/machine';
import { QuestionInvalid } from '@virtualchain/subscriptions';
import type { FastifyInstance } from 'fastify';
import { type TProperties, Type } from 'typebox';
import { PATH_PARAMETER_CHARACTERS_MAX } from '../limits.ts';
import { noCursor } from '../moment.ts';
import { NotThere } from '../problems.ts';
import { answer, atQuery, height, nullable, page, pageQuery, queryOf } from '../schemas/common.ts';
import { rowJson, rowSchema } from '../schemas/rows.ts';
import type { ServedMachine } from '../served.ts';
import { type AtQuery, answerAt, answerPage, type PageQuery, type Paging } from './answering.ts';
import { describe } from './describe.ts';

type Texts = Readonly<Record<string, string>>;

/** The collection that questions are about. */
interface Asked {
  readonly served: ServedMachine;
  readonly name: string;
  readonly collection: Collection;
  readonly tags: readonly string[];
}

/** Rows of one collection: all, by an index, one by its key, and what a key held over time. */
export function addCollectionRoutes(
  server: FastifyInstance,
  served: ServedMachine,
  [name, collection]: readonly [string, Collection],
  tags: readonly string[],
): void {
  const asked = { served, name, collection, tags };
  addLists(server, asked);
  addKeys(server, asked);
}

function addLists(server: FastifyInstance, { served, name, collection, tags }: Asked): void {
  const rows = page(rowSchema(collection));
  server.get<{ Querystring: PageQuery }>(
    `/${name}`,
    {
      schema: describe({
        ...{ tags, name, summary: `rows of ${name}, in the order of the key` },
        ...{ querystring: queryOf(pageQuery), body: rows },
      }),
    },
    ({ query }) => {
      const paging = rowsOf(name, collection, collection.key, () => []);
      return answerPage(served, query, paging);
    },
  );
  for (const [index, columns] of Object.entries(collection.indexes)) {
    const querystring = queryOf({ ...pageQuery, ...optional(textsOf(collection, columns, parameterOf)) });
    server.get<{ Querystring: PageQuery & Texts }>(
      `/${name}/by/${index}`,
      {
        schema: describe({
          ...{ tags, name: `${name}.by.${index}`, summary: `rows of ${name} by ${columns.join(', ')}` },
          ...{ querystring, body: rows },
        }),
      },
      ({ query }) => answerPage(served, query, rowsByIndex(name, collection, { index, columns }, query)),
    );
  }
}

function addKeys(server: FastifyInstance, { served, name, collection, tags }: Asked): void {
  const path = `/${name}/rows/${collection.key.map((column) => `:${column}`).join('/')}`;
  const params = Type.Object(textsOf(collection, collection.key));
  server.get<{ Params: Texts; Querystring: AtQuery }>(
    path,
    {
      schema: describe({
        ...{ tags, name: `${name}.row`, summary: `a row of ${name}`, params },
        ...{ querystring: queryOf(atQuery), body: answer({ row: rowSchema(collection) }) },
      }),
    },
    ({ params: key, query }) =>
      answerAt(served, query.at, async (reading) => {
        const row = await collectionOf(reading, name).get(keyOf(collection, key) as never);
        if (row === null) throw new NotThere(`no row ${JSON.stringify(key)} in ${name} at height ${reading.height}`);
        return { row: rowJson(collection, row) };
      }),
  );
  const version = Type.Object({ row: rowSchema(collection), validFrom: height, validTo: nullable(height) });
  server.get<{ Params: Texts; Querystring: PageQuery }>(
    `${path}/history`,
    {
      schema: describe({
        ...{ tags, name: `${name}.history`, summary: `what a key of ${name} held, newest first`, params },
        ...{ querystring: queryOf(pageQuery), body: page(version) },
      }),
    },
    ({ params: key, query }) => answerPage(served, query, versionsOf(name, collection, keyOf(collection, key))),
  );
}

/** Columns that are called as something else in every question. */
const TAKEN = new Set(Object.keys(pageQuery));

/** What a column of an index is called behind the `?`. */
function parameterOf(column: string): string {
  return TAKEN.has(column) ? `${column}_is` : column;
}

const textsOf = (
  { columns }: Collection,
  names: readonly string[],
  called: (column: string) => string = (column) => column,
): TProperties =>
  Object.fromEntries(
    names.map((name) => {
      const pattern = TEXT_PATTERNS[columns[name]?.kind ?? 'text'];
      const rule = pattern === undefined ? {} : { pattern };
      return [called(name), Type.String({ maxLength: PATH_PARAMETER_CHARACTERS_MAX, ...rule })];
    }),
  );

/** How a column is written in an address, as far as a pattern can say. */
const TEXT_PATTERNS: Readonly<Partial<Record<ColumnKind, string>>> = {
  bytes: '^([0-9a-f]{2})*$',
  integer: '^(0|-?[1-9][0-9]{0,15})$',
  bigint: '^(0|-?[1-9][0-9]{0,18})$',
  numeric: '^(0|-?[1-9][0-9]{0,79})$',
  boolean: '^(true|false)$',
};

const optional = (properties: TProperties): TProperties =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]));

function collectionOf(reading: Reading, name: string): CollectionReading {
  const found = reading.state[name];
  if (found === undefined) throw new TypeError(`no collection ${name}`);
  return found;
}

/** @throws QuestionInvalid naming the column and its rule */
function valuesOf({ columns }: Collection, wanted: readonly string[], texts: Texts): Row {
  return Object.fromEntries(
    wanted.map((column) => {
      const read = readColumnText(columns[column] as Column<unknown>, texts[column] ?? '');
      if (read.kind === 'problem')
        throw new QuestionInvalid(`${column} ${JSON.stringify(texts[column])}: must be ${read.rule}`);
      return [column, read.value];
    }),
  );
}

const keyOf = (collection: Collection, texts: Texts): Row => valuesOf(collection, collection.key, texts);

/** Rows in the order of some columns, then of the key; `fixed` are those that all of them share. */
function rowsOf(
  name: string,
  collection: Collection,
  order: readonly string[],
  ask: () => readonly [index: string, prefix: Row] | readonly [],
): Paging<Row> {
  return {
    async read(reading, last, limit) {
      const after = last === null ? {} : { after: valuesAt(collection, order, last) };
      const [index, prefix] = ask();
      const { all, by } = collectionOf(reading, name);
      const options = { ...after, limit } as never;
      const found = index === undefined ? all(options) : by(index as never, prefix as never, options);
      return (await Array.fromAsync(found as AsyncIterable<unknown>)) as Row[];
    },
    placeOf: (row) => order.map((column) => canonicalRow(collection, row)[column]),
    toJson: (row) => rowJson(collection, row),
  };
}

/** The columns of the index that are given have to be its first ones. @throws QuestionInvalid */
function rowsByIndex(
  name: string,
  collection: Collection,
  { index, columns }: { readonly index: string; readonly columns: readonly string[] },
  query: Texts | (PageQuery & Texts),
): Paging<Row> {
  const texts = Object.fromEntries(
    columns.flatMap((column) => {
      const text = (query as Texts)[parameterOf(column)];
      return text === undefined ? [] : [[column, text] as const];
    }),
  );
  const given = columns.filter((column) => texts[column] !== undefined);
  if (given.some((column, place) => column !== columns[place]))
    throw new QuestionInvalid(
      `${given.join(', ')}: must be the first columns of ${index}, which are in order ${columns.join(', ')}`,
    );
  const prefix = valuesOf(collection, given, texts);
  const order = [...new Set([...columns, ...collection.key])].filter((column) => !given.includes(column));
  return rowsOf(name, collection, order, () => [index, prefix]);
}

/** The values of a cursor. @throws QuestionInvalid */
function valuesAt({ columns }: Collection, order: readonly string[], last: readonly unknown[]): Row {
  try {
    if (last.length !== order.length) throw new TypeError('too few values');
    return Object.fromEntries(
      order.map((column, i) => [column, fromCanonical(columns[column] as Column<unknown>, last[i])]),
    );
  } catch {
    throw noCursor();
  }
}

function versionsOf(
  name: string,
  collection: Collection,
  key: Row,
): Paging<{ row: unknown; validFrom: number; validTo: number | null; offset: number }> {
  return {
    async read(reading, last, limit) {
      const offset = last === null ? 0 : Number(last[0]) + 1;
      if (!Number.isSafeInteger(offset) || offset < 0) throw noCursor();
      const versions = await collectionOf(reading, name).history(key as never, { offset, limit } as never);
      return versions.map((version, i) => ({ ...version, offset: offset + i }));
    },
    placeOf: ({ offset }) => [offset],
    toJson: ({ row, validFrom, validTo }) => ({ row: rowJson(collection, row), validFrom, validTo }),
  };
}
