import { type Collection, canonicalRow, type Row, rowSchema } from '@virtualchain/machine';
import {
  ADDRESS_CHARACTERS_MAX,
  CURSOR_CHARACTERS_MAX,
  HEIGHT_MAX,
  ROWS_PER_PAGE_MAX,
  VTXINDEX_MAX,
} from './limits.ts';

// What queries are asked with.

export const height = { type: 'integer', minimum: 0, maximum: HEIGHT_MAX, description: 'a block height' } as const;
export const vtxindex = {
  type: 'integer',
  minimum: 0,
  maximum: VTXINDEX_MAX,
  description: 'the position of the transaction in its block',
} as const;
export const bitcoinAddress = {
  type: 'string',
  minLength: 1,
  maxLength: ADDRESS_CHARACTERS_MAX,
  description: 'an address of Bitcoin',
} as const;
export const limit = {
  type: 'integer',
  minimum: 1,
  maximum: ROWS_PER_PAGE_MAX,
  default: 50,
  description: 'rows of a page, at most',
} as const;
/** Where a page of rows with a place begins. */
export const afterPlace = {
  type: 'string',
  maxLength: CURSOR_CHARACTERS_MAX,
  pattern: '^[0-9]{1,10}:[0-9]{1,10}$',
  description: 'begin behind this place: "next" of the page before',
} as const;
/** Where a page of rows with a transaction id begins. */
export const afterTxid = {
  type: 'string',
  maxLength: CURSOR_CHARACTERS_MAX,
  pattern: '^[0-9]{1,10}:[0-9a-f]{64}$',
  description: 'begin behind this row: "next" of the page before',
} as const;

// What they answer.

export const text = { type: 'string' } as const;
export const number = { type: 'integer' } as const;
export const amount = { type: 'string', pattern: '^[0-9]+$', description: 'decimal text' } as const;
export const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
export const listOf = (items: object) => ({ type: 'array', items });
/** An object all of whose fields are there. */
export const object = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

/** A page of rows; `next` is what to give as `after` for the following one, null at the end. */
export const pageOf = (name: string, collection: Collection) =>
  object({ [name]: listOf(rowSchema(collection)), next: orNull(text) });

type Cursor = (row: Row) => string;

/** Of rows that go on by their place, and of those that go on by their transaction. */
export const byPlace: Cursor = ({ height: of, vtxindex: at }) => `${of}:${at}`;
export const byTxid: Cursor = ({ height: of, txid }) => `${of}:${txid}`;

/** The columns that a cursor has. */
export function placeOf(after: string | undefined): { readonly height: number; readonly vtxindex: number } | null {
  if (after === undefined) return null;
  const [of, at] = after.split(':').map(Number) as [number, number];
  return { height: of, vtxindex: at };
}

export function rowAfter(after: string | undefined): { readonly height: number; readonly txid: string } | null {
  const [of = '', txid = ''] = after?.split(':') ?? [];
  return after === undefined ? null : { height: Number(of), txid };
}

/** One row more than is wanted is asked for, which tells whether there is another page. */
export async function page<R extends Row>(
  name: string,
  collection: Collection,
  {
    read,
    limit: most,
    cursor,
  }: {
    readonly read: (limit: number) => AsyncIterable<R>;
    readonly limit: number;
    readonly cursor: Cursor;
  },
): Promise<unknown> {
  const found = await Array.fromAsync(read(most + 1));
  const rows = found.slice(0, most);
  const last = rows.at(-1);
  const next = found.length > most && last !== undefined ? cursor(last) : null;
  return { [name]: rows.map((row) => canonicalRow(collection, row)), next };
}
