import { defineEntity, EntitySchema, p } from '@mikro-orm/postgresql';
import type { AnyStateMachine, Collection, Collections, ColumnKind } from '@virtualchain/machine';
import { collectionIndexes, collectionTable } from '../build/collection-table.ts';
import { columnTypeOf } from '../build/sql-columns.ts';
import type { ColumnSpec, IndexSpec, Table } from '../build/table.ts';
import { FIXED_TABLES } from '../build/tables.ts';

/**
 * All tables of a build of `machine`, as MikroORM entities: the fixed ones, and one for each collection. Made by the schema
 * generator, never altered.
 */
export function buildEntities(machine: AnyStateMachine): EntitySchema[] {
  const collections = Object.entries(machine.collections as Collections);
  return [
    ...FIXED_TABLES.map(fixedEntity),
    ...collections.map(([name, collection]) => collectionEntity(name, collection)),
  ];
}

function fixedEntity({ name, columns, indexes }: Table): EntitySchema {
  const properties = Object.fromEntries(Object.entries(columns).map(([column, spec]) => [column, fixedProperty(spec)]));
  return defineEntity({ name, tableName: name, properties, indexes: indexes.map(asExpression) }) as EntitySchema;
}

const PROPERTY = {
  text: () => p.string(),
  smallint: () => p.smallint(),
  integer: () => p.integer(),
  bigint: () => p.bigint('string'),
  bytes: () => p.blob(),
  list: () => p.array(),
  json: () => p.json(),
  timestamp: () => p.datetime(),
} as const;

function fixedProperty({ kind, sqlType, isNullable, isPrimary }: ColumnSpec<unknown>) {
  const typed = PROPERTY[kind]().columnType(sqlType);
  const keyed = isPrimary ? typed.primary() : typed;
  return isNullable ? keyed.nullable() : keyed;
}

/** MikroORM asks for the statement with the table's full name. */
function asExpression({ name, sql }: IndexSpec) {
  return { name, expression: (_columns: unknown, table: { toString(): string }) => sql(`${table}`) };
}

/**
 * The table of a collection: its columns, and the half-open `[valid_from, valid_to)` heights between which a row held. Its
 * columns are the machine's, so that no type of ours can name them.
 */
function collectionEntity(name: string, collection: Collection): EntitySchema {
  const { columns, key } = collection;
  const table = collectionTable(name);
  const properties = Object.entries(columns).map(([column, type]) => [
    column,
    property(column, {
      type: ORM_TYPE[type.kind],
      columnType: columnTypeOf(type),
      nullable: type.nullable,
      primary: key.includes(column),
    }),
  ]);
  const heights = {
    valid_from: property('valid_from', { type: 'integer', columnType: 'integer', nullable: false, primary: true }),
    valid_to: property('valid_to', { type: 'integer', columnType: 'integer', nullable: true, primary: false }),
  };
  return new EntitySchema({
    name: table,
    tableName: table,
    properties: { ...Object.fromEntries(properties), ...heights },
    indexes: collectionIndexes(table, collection).map(asExpression),
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
