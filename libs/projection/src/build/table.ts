import { type EntitySchemaWithMeta, type InferKyselyTable, p } from '@mikro-orm/postgresql';

/** A fixed table of a build: its columns are spelled and typed once, with MikroORM's `defineEntity`. */
export type Table = EntitySchemaWithMeta;

/** A row as Postgres stores it and the driver gives it: integers of 64 bits are decimal text. */
export type RowOf<T extends Table> = InferKyselyTable<T>;

/** The columns that fixed tables are made of. Text sorts bytewise. */
export const column = {
  text: () => p.string().columnType('text collate "C"'),
  smallint: () => p.smallint().columnType('smallint'),
  integer: () => p.integer().columnType('integer'),
  bigint: () => p.bigint('string').columnType('bigint'),
  bytes: () => p.blob().$type<Uint8Array>().columnType('bytea'),
  list: <Item>(type: string) => p.array<Item>().columnType(`${type}[]`),
  json: <Value>() => p.json<Value>().columnType('jsonb'),
  timestamp: () => p.datetime().columnType('timestamptz'),
};

/** An index over some columns of a fixed table. */
export function index(table: string, ...columns: readonly string[]): { name: string; expression: IndexExpression } {
  const name = `${table}_${columns.join('_')}`;
  return { name, expression: indexSql({ name, columns }) };
}

type IndexExpression = (columns: unknown, table: { toString(): string }) => string;

/** The statement that makes an index, over columns as they are named: MikroORM asks for it with the table's full name. */
export function indexSql(index: {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isUnique?: boolean;
  readonly where?: string;
}): IndexExpression {
  const list = index.columns.map((name) => `"${name}"`).join(', ');
  const where = index.where === undefined ? '' : ` where ${index.where}`;
  return (_columns, table) =>
    `create ${index.isUnique ? 'unique ' : ''}index "${index.name}" on ${table} (${list})${where}`;
}

/** What makes a column of a table keep its values as they are: they are compressed already, or small. */
export function keepAsIs(table: Table, name: string): (schema: string) => string {
  return (schema) => `alter table "${schema}"."${table.meta.tableName}" alter column "${name}" set storage external`;
}

/** A column as Postgres knows it: its name, and its type without a collation. */
export interface ColumnType {
  readonly name: string;
  readonly type: string;
}

const known = new WeakMap<Table, readonly ColumnType[]>();

/** The columns of a table, in the order in which they are defined. */
export function columnsOf(table: Table): readonly ColumnType[] {
  const found = known.get(table) ?? readColumns(table);
  known.set(table, found);
  return found;
}

function readColumns(table: Table): readonly ColumnType[] {
  const properties = table.meta.properties as Readonly<Record<string, { columnType?: string; columnTypes?: string[] }>>;
  return Object.entries(properties).map(([name, { columnType, columnTypes }]) => ({
    name,
    type: String(columnType ?? columnTypes?.[0]).replace(' collate "C"', ''),
  }));
}
