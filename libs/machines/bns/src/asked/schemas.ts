import { canonicalRow, type OperationRecord, rowSchema } from '@virtualchain/machine';
import { type AccountRow, collections, type NameRow, type NamespaceRow } from '../collections.ts';
import type { HistoryEntry } from '../queries/history.ts';
import {
  ADDRESS_CHARACTERS_MAX,
  HEIGHT_MAX,
  NAME_CHARACTERS_MAX,
  PAGE_NUMBER_MAX,
  TEXT_CHARACTERS_MAX,
} from './limits.ts';

// What queries are asked with.

export const name = {
  type: 'string',
  minLength: 1,
  maxLength: NAME_CHARACTERS_MAX,
  description: 'a name with its namespace, such as satoshi.id',
} as const;
export const namespace = {
  type: 'string',
  minLength: 1,
  maxLength: NAME_CHARACTERS_MAX,
  description: 'a namespace without its dot, such as id',
} as const;
export const address = {
  type: 'string',
  minLength: 1,
  maxLength: ADDRESS_CHARACTERS_MAX,
  description: 'an address, base58check',
} as const;
export const unit = {
  type: 'string',
  minLength: 1,
  maxLength: TEXT_CHARACTERS_MAX,
  default: 'STACKS',
  description: 'what the account counts',
} as const;
export const did = {
  type: 'string',
  maxLength: TEXT_CHARACTERS_MAX,
  description: 'did:stack:v0:ADDRESS-INDEX',
} as const;
export const height = { type: 'integer', minimum: 0, maximum: HEIGHT_MAX, description: 'a block height' } as const;
export const txid = {
  type: 'string',
  maxLength: 64,
  pattern: '^[0-9a-f]{64}$',
  description: 'a transaction id',
} as const;
export const consensusHash = {
  type: 'string',
  maxLength: 32,
  pattern: '^[0-9a-f]{32}$',
  description: 'a consensus hash',
} as const;
export const pageNumber = {
  type: 'integer',
  minimum: 0,
  maximum: PAGE_NUMBER_MAX,
  default: 0,
  description: 'pages count from 0',
} as const;
export const limitUpTo = <Max extends number>(maximum: Max) =>
  ({ type: 'integer', minimum: 1, maximum, default: maximum, description: 'entries of a page, at most' }) as const;

// What they answer.

export const text = { type: 'string' } as const;
export const number = { type: 'integer' } as const;
export const flag = { type: 'boolean' } as const;
export const amount = { type: 'string', description: 'decimal text' } as const;
export const orNull = (schema: object) => ({ anyOf: [schema, { type: 'null' }] });
export const listOf = (items: object) => ({ type: 'array', items });
/** An object all of whose fields are there. */
export const object = (properties: Readonly<Record<string, object>>) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
});

export const nameRecord = rowSchema(collections.names);
export const namespaceRecord = rowSchema(collections.namespaces);
export const accountRecord = rowSchema(collections.accounts);

export const nameRecordJson = (row: NameRow) => canonicalRow(collections.names, row);
export const namespaceRecordJson = (row: NamespaceRow) => canonicalRow(collections.namespaces, row);
export const accountRecordJson = (row: AccountRow) => canonicalRow(collections.accounts, row);

/** An operation, in short: the whole of it is had by its txid. */
export const operation = object({
  txid: text,
  height: number,
  position: number,
  transactionIndex: number,
  opcode: orNull(text),
  name: orNull(text),
  verdict: { type: 'string', enum: ['accepted', 'rejected', 'ignored'] },
  code: orNull(text),
  detail: orNull(text),
});

export function operationJson({ event, verdict }: OperationRecord) {
  const { txid: id, height: of, position, transactionIndex, opcode, name: called } = event;
  const reason = verdict.kind === 'accepted' ? { code: null, detail: null } : verdict;
  return {
    ...{ txid: id, height: of, position, transactionIndex, opcode, name: called, verdict: verdict.kind },
    ...{ code: reason.code, detail: reason.detail },
  };
}

export const historyOf = (record: object) =>
  object({
    history: listOf(object({ height: number, until: orNull(number), record, operations: listOf(operation) })),
    page: number,
  });

export function historyJson<Row>(
  entries: readonly HistoryEntry<Row>[],
  page: number,
  toJson: (row: Row) => unknown,
): unknown {
  const history = entries.map(({ height: of, until, record, operations }) => {
    return { height: of, until, record: toJson(record), operations: operations.map(operationJson) };
  });
  return { history, page };
}

/** Names of a page; `next` is what to give as `after` for the following one. */
export const namePage = object({ names: listOf(text), next: orNull(text) });

export function namePageJson(names: readonly string[], limit: number): unknown {
  return { names, next: names.length < limit ? null : (names.at(-1) ?? null) };
}
