import { EntitySchema } from '@mikro-orm/postgresql';
import type { Collection, ColumnKind } from '@virtualchain/machine';
import { SQL_TYPE } from './sql-columns.ts';
import { indexSql } from './table.ts';

/** Collections live beside the fixed tables, so theirs have a prefix; the views of the live build drop it. */
export function collectionTable(name: string): string {
  return `c_${name}`;
}

/** Among the views of the live build, `<name>` has the current rows of a collection, and this one all of its history. */
export function historyView(name: string): string {
  return `${name}_history`;
}

interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isUnique?: boolean;
  readonly where?: string;
}

/**
 * The table of a collection: its columns, and the half-open `[valid_from, valid_to)` heights between which a row held. Its
 * columns are the machine's, so that no type of ours can name them.
 */
export function collectionEntity(name: string, { columns, key, indexes }: Collection): EntitySchema {
  const table = collectionTable(name);
  const properties = Object.entries(columns).map(([column, { kind, nullable }]) => [
    column,
    property(column, { type: ORM_TYPE[kind], columnType: SQL_TYPE[kind], nullable, primary: key.includes(column) }),
  ]);
  const heights = {
    valid_from: property('valid_from', { type: 'integer', columnType: 'integer', nullable: false, primary: true }),
    valid_to: property('valid_to', { type: 'integer', columnType: 'integer', nullable: true, primary: false }),
  };
  return new EntitySchema({
    name: table,
    tableName: table,
    properties: { ...Object.fromEntries(properties), ...heights },
    indexes: indexesOf(table, key, indexes).map((index) => ({ name: index.name, expression: indexSql(index) })),
  } as ConstructorParameters<typeof EntitySchema>[0]);
}

function property(
  fieldName: string,
  options: {
    readonly type: string;
    readonly columnType: string;
    readonly nullable: boolean;
    readonly primary: boolean;
  },
) {
  return { ...options, fieldName };
}

function indexesOf(table: string, key: readonly string[], indexes: Collection['indexes']): Index[] {
  const made: Index[] = [
    { name: `${table}_current`, isUnique: true, columns: key, where: 'valid_to is null' },
    { name: `${table}_from`, columns: ['valid_from'] },
    { name: `${table}_to`, columns: ['valid_to'], where: 'valid_to is not null' },
  ];
  for (const [index, tuple] of Object.entries(indexes)) {
    const columns = inIndexOrder(tuple, key);
    made.push({ name: `${table}_i_${index}`, columns, where: 'valid_to is null' });
    made.push({ name: `${table}_h_${index}`, columns: [...columns, 'valid_from'] });
  }
  return made;
}

/** What the rows of an index are ordered by: its own columns, then the rest of the key. */
export function inIndexOrder(tuple: readonly string[], key: readonly string[]): readonly string[] {
  return [...tuple, ...key.filter((column) => !tuple.includes(column))];
}

const ORM_TYPE: Readonly<Record<ColumnKind, string>> = {
  text: 'string',
  bytes: 'Uint8Array',
  integer: 'string',
  bigint: 'string',
  numeric: 'string',
  boolean: 'boolean',
  legacyFloat: 'double',
  list: 'json',
};
