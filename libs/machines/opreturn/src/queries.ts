import { bytesToHex, hexToBytes, sha256, startsWith } from '@virtualchain/bitcoin';
import { canonicalRow, defineQuery, type Queries, type Row, rowSchema } from '@virtualchain/machine';
import { type Collections, collections, type PayloadRow } from './collections.ts';
import {
  CURSOR_CHARACTERS_MAX,
  HEIGHT_MAX,
  PAYLOAD_BYTES_ASKED_MAX,
  ROWS_PER_PAGE_MAX,
  START_BYTES,
} from './limits.ts';

const { heights, payloads, prefixes } = collections;

const height = { type: 'integer', minimum: 0, maximum: HEIGHT_MAX, description: 'a block height' } as const;
const limit = {
  type: 'integer',
  minimum: 1,
  maximum: ROWS_PER_PAGE_MAX,
  default: 50,
  description: 'rows of a page, at most',
} as const;
const hex = (bytesMax: number, description: string) =>
  ({ type: 'string', maxLength: 2 * bytesMax, pattern: '^([0-9a-f]{2})*$', description }) as const;
const after = (pattern: string) =>
  ({
    type: 'string',
    maxLength: CURSOR_CHARACTERS_MAX,
    pattern,
    description: 'begin behind this row: "next" of the page before',
  }) as const;
const afterPlace = after('^[0-9]{1,10}:[0-9]{1,10}$');

const page = (name: string, items: object) => ({
  type: 'object',
  properties: { [name]: { type: 'array', items }, next: { anyOf: [{ type: 'string' }, { type: 'null' }] } },
  required: [name, 'next'],
});

/** What can be asked of the payloads. */
export const queries: Queries<Collections> = {
  protocols: defineQuery(collections, {
    about: 'the prefixes of payloads, the most frequent first: which protocols write here',
    parameters: { properties: { limit, after: after('^[0-9]{1,16}:([0-9a-f]{2})*$') } },
    result: page('protocols', rowSchema(prefixes)),
    ask({ state }, given) {
      const [count = '', prefix = ''] = given.after?.split(':') ?? [];
      const behind = given.after === undefined ? {} : { after: { rank: -Number(count), prefix: hexToBytes(prefix) } };
      return answer('protocols', given.limit, {
        rows: state.prefixes.by('rank', {}, { ...behind, limit: given.limit + 1 }),
        toJson: (row) => canonicalRow(prefixes, row),
        cursor: (row) => `${row.payloads}:${bytesToHex(row.prefix)}`,
      });
    },
  }),
  payloads_by_prefix: defineQuery(collections, {
    about: 'payloads that begin with some bytes, in bytewise order of how they begin, then the oldest first',
    parameters: {
      properties: {
        prefix: hex(START_BYTES, `up to ${START_BYTES} bytes as hex`),
        limit,
        after: after('^([0-9a-f]{2})*:[0-9]{1,10}:[0-9]{1,10}$'),
      },
      required: ['prefix'],
    },
    result: page('payloads', rowSchema(payloads)),
    ask({ state }, given) {
      const wanted = hexToBytes(given.prefix);
      const [start = given.prefix, of = '-1', at = '-1'] = given.after?.split(':') ?? [];
      const from = { start: hexToBytes(start), height: Number(of), transaction_index: Number(at) };
      return answer('payloads', given.limit, {
        rows: whileIn(wanted, state.payloads.by('start', {}, { after: from, limit: given.limit + 1 })),
        toJson: payloadJson,
        cursor: (row) => `${bytesToHex(row.start)}:${placeOf(row)}`,
      });
    },
  }),
  find_payload: defineQuery(collections, {
    about: 'where a payload stands, by its bytes or by its sha256, oldest first',
    parameters: {
      properties: {
        payload: hex(PAYLOAD_BYTES_ASKED_MAX, `up to ${PAYLOAD_BYTES_ASKED_MAX} bytes as hex`),
        sha256: hex(32, '32 bytes as hex, of the payload'),
        limit,
        after: afterPlace,
      },
    },
    result: page('payloads', rowSchema(payloads)),
    async ask({ state }, given) {
      const hash = given.sha256 === undefined ? null : hexToBytes(given.sha256);
      const wanted = hash ?? (given.payload === undefined ? null : sha256(hexToBytes(given.payload)));
      if (wanted === null) return null;
      return answer('payloads', given.limit, {
        rows: state.payloads.by('sha256', { sha256: wanted }, behind(given, { sha256: wanted })),
        toJson: payloadJson,
        cursor: placeOf,
      });
    },
  }),
  payloads_of_transaction: defineQuery(collections, {
    about: 'the payload of a transaction, where it stands',
    parameters: {
      properties: {
        txid: { type: 'string', maxLength: 64, pattern: '^[0-9a-f]{64}$', description: 'a transaction id' },
      },
      required: ['txid'],
    },
    result: rowSchema(payloads),
    async ask({ state }, given) {
      for await (const row of state.payloads.by('txid', given, { limit: 1 })) return payloadJson(row);
      return null;
    },
  }),
  payloads_of_block: defineQuery(collections, {
    about: 'how many payloads a block has, and how many bytes',
    parameters: { properties: { height }, required: ['height'] },
    result: rowSchema(heights),
    async ask({ state }, given) {
      const row = await state.heights.get(given);
      return row === null ? null : canonicalRow(heights, row);
    },
  }),
};

const payloadJson = (row: PayloadRow) => canonicalRow(payloads, row);
const placeOf = (row: PayloadRow): string => `${row.height}:${row.transaction_index}`;

function behind(given: { readonly limit: number; readonly after?: string | undefined }, prefix: object) {
  const [of, at] = given.after?.split(':').map(Number) ?? [];
  const from = of === undefined ? {} : { after: { ...prefix, height: of, transaction_index: at as number } };
  return { limit: given.limit + 1, ...from };
}

/** The rows as long as they begin so: they come in the order of how they begin. */
async function* whileIn(wanted: Uint8Array, rows: AsyncIterable<PayloadRow>): AsyncGenerator<PayloadRow> {
  for await (const row of rows) {
    if (!startsWith(row.start, wanted)) return;
    yield row;
  }
}

/** One row more than is wanted was asked for, which tells whether there is another page. */
async function answer<R extends Row>(
  name: string,
  most: number,
  {
    rows,
    toJson,
    cursor,
  }: {
    readonly rows: AsyncIterable<R>;
    readonly toJson: (row: R) => unknown;
    readonly cursor: (row: R) => string;
  },
): Promise<unknown> {
  const found = await Array.fromAsync(rows);
  const told = found.slice(0, most);
  const last = told.at(-1);
  return { [name]: told.map(toJson), next: found.length > most && last !== undefined ? cursor(last) : null };
}
