import { EntitySchema } from '@mikro-orm/postgresql';
import type { AnyStateMachine, Collection } from '@virtualchain/machine';
import { SQL_TYPE } from './sql-columns.ts';

/**
 * The tables of a build, as MikroORM entities: the fixed ones, and one for each collection of the machine with the
 * half-open `[valid_from, valid_to)` heights of every row. Made by the schema generator, never altered.
 */

const COLLECTION_PREFIX = 'c_';

/** Collections live beside the fixed tables, so theirs have a prefix; the views of the live build drop it. */
export function collectionTable(name: string): string {
  return `${COLLECTION_PREFIX}${name}`;
}

export const FIXED_TABLES = ['blocks', 'operations', 'transitions', 'feed', 'checkpoint'] as const;

const text = 'text collate "C"';

const FIXED: Readonly<
  Record<
    (typeof FIXED_TABLES)[number],
    { key: readonly string[]; columns: Readonly<Record<string, string>>; indexes: readonly string[][] }
  >
> = {
  blocks: {
    key: ['height'],
    columns: {
      height: 'integer',
      hash: text,
      previous_hash: text,
      header: 'bytea',
      time: 'bigint',
      ops_hash: `${text} null`,
      consensus_hash: `${text} null`,
      changes_hash: `${text} null`,
      collection_hashes: 'jsonb null',
      operation_count: 'integer',
      accepted: 'integer',
      rejected: 'integer',
      ignored: 'integer',
      transition_count: 'integer',
      digest: text,
      epoch: 'integer',
      writer: text,
      first_sequence: 'bigint',
      last_sequence: 'bigint',
      first_offset: 'bigint',
      last_offset: 'bigint',
    },
    indexes: [['hash'], ['consensus_hash'], ['last_sequence']],
  },
  operations: {
    key: ['height', 'position'],
    columns: {
      height: 'integer',
      position: 'integer',
      txid: text,
      transaction_index: 'integer',
      opcode: `${text} null`,
      verdict: text,
      code: `${text} null`,
      detail: `${text} null`,
      changed_keys: 'jsonb',
      event: 'bytea',
    },
    indexes: [['txid'], ['verdict', 'code']],
  },
  transitions: {
    key: ['height', 'vtxindex'],
    columns: {
      height: 'integer',
      vtxindex: 'integer',
      operation_position: 'integer null',
      opcode: 'smallint',
      serialized: 'bytea',
    },
    indexes: [],
  },
  feed: {
    key: ['position'],
    columns: {
      position: 'bigint',
      kind: text,
      height: 'integer',
      hash: text,
      operation_position: 'integer null',
      txid: `${text} null`,
      verdict: `${text} null`,
      code: `${text} null`,
      consensus_hash: `${text} null`,
      first_sequence: 'bigint null',
      last_sequence: 'bigint null',
      first_offset: 'bigint null',
    },
    indexes: [['height']],
  },
  checkpoint: {
    key: ['id'],
    columns: {
      id: 'smallint',
      log: `${text} null`,
      epoch: 'integer',
      writer: text,
      sequence: 'bigint',
      log_offset: 'bigint',
      height: 'integer null',
      hash: `${text} null`,
      feed_position: 'bigint',
      status: text,
      fault: 'jsonb null',
      updated_at: 'timestamptz',
    },
    indexes: [],
  },
};

interface IndexDefinition {
  readonly name: string;
  readonly unique?: boolean;
  readonly columns: readonly string[];
  readonly where?: string;
}

/** All entities of a build of `machine`. */
export function buildEntities(machine: AnyStateMachine): EntitySchema[] {
  const fixed = Object.entries(FIXED).map(([table, { key, columns, indexes }]) =>
    entity(
      table,
      key,
      columns,
      indexes.map((names) => ({ name: `${table}_${names.join('_')}`, columns: names })),
    ),
  );
  const collections = Object.entries(machine.collections as Record<string, Collection>).map(([name, collection]) =>
    collectionEntity(name, collection),
  );
  return [...fixed, ...collections];
}

function collectionEntity(name: string, { columns, key, indexes }: Collection): EntitySchema {
  const table = collectionTable(name);
  const types: Record<string, string> = {};
  for (const [column, { kind, nullable }] of Object.entries(columns))
    types[column] = `${SQL_TYPE[kind]}${nullable ? ' null' : ''}`;
  const definitions: IndexDefinition[] = [
    { name: `${table}_current`, unique: true, columns: key, where: 'valid_to is null' },
    { name: `${table}_from`, columns: ['valid_from'] },
    { name: `${table}_to`, columns: ['valid_to'], where: 'valid_to is not null' },
  ];
  for (const [index, tuple] of Object.entries(indexes)) {
    const ordered = [...tuple, ...key.filter((column) => !tuple.includes(column))];
    definitions.push({ name: `${table}_i_${index}`, columns: ordered, where: 'valid_to is null' });
    definitions.push({ name: `${table}_h_${index}`, columns: [...ordered, 'valid_from'] });
  }
  return entity(
    table,
    [...key, 'valid_from'],
    { ...types, valid_from: 'integer', valid_to: 'integer null' },
    definitions,
  );
}

function entity(
  table: string,
  key: readonly string[],
  columns: Readonly<Record<string, string>>,
  indexes: readonly IndexDefinition[],
): EntitySchema {
  const properties = Object.entries(columns).map(([name, type]) => {
    const nullable = type.endsWith(' null');
    const columnType = nullable ? type.slice(0, -' null'.length) : type;
    return [
      name,
      { type: ormType(columnType), columnType, fieldName: name, nullable, primary: key.includes(name) },
    ] as const;
  });
  return new EntitySchema({
    name: table,
    tableName: table,
    properties: Object.fromEntries(properties),
    indexes: indexes.map(({ name, unique, columns: names, where }) => ({
      name,
      expression: (_columns: unknown, owner: { toString(): string }) => {
        const list = names.map((column) => `"${column}"`).join(', ');
        return `create ${unique ? 'unique ' : ''}index "${name}" on ${owner} (${list})${where === undefined ? '' : ` where ${where}`}`;
      },
    })),
  } as ConstructorParameters<typeof EntitySchema>[0]);
}

function ormType(columnType: string): string {
  if (columnType === 'bytea') return 'Uint8Array';
  if (columnType === 'integer' || columnType === 'smallint') return 'integer';
  if (columnType === 'jsonb') return 'json';
  if (columnType === 'boolean') return 'boolean';
  if (columnType === 'double precision') return 'double';
  if (columnType === 'timestamptz') return 'datetime';
  return 'string';
}

/** Columns of a fixed table, in the order they are made, by their Postgres types. */
export const FIXED_COLUMNS = Object.fromEntries(
  Object.entries(FIXED).map(([table, { columns }]) => [table, columns]),
) as Readonly<Record<(typeof FIXED_TABLES)[number], Readonly<Record<string, string>>>>;
