import type { Generated } from 'kysely';

/** What a column of a fixed table may hold. */
export type ColumnKind = 'text' | 'smallint' | 'integer' | 'bigint' | 'bytes' | 'list' | 'json' | 'timestamp';

/** A column of a fixed table: its kind, its type as the DDL spells it, and the type of its values here. */
export class ColumnSpec<Value> {
  /** Never there: the type of the values. */
  declare readonly value: Value;
  readonly kind: ColumnKind;
  readonly sqlType: string;
  readonly isNullable: boolean;
  readonly isPrimary: boolean;

  constructor(kind: ColumnKind, sqlType: string, isNullable = false, isPrimary = false) {
    this.kind = kind;
    this.sqlType = sqlType;
    this.isNullable = isNullable;
    this.isPrimary = isPrimary;
  }

  /** The same column, whose values are known better. */
  as<Narrower extends Value>(): ColumnSpec<Narrower> {
    return new ColumnSpec(this.kind, this.sqlType, this.isNullable, this.isPrimary);
  }

  nullable(): ColumnSpec<Value | null> {
    return new ColumnSpec<Value | null>(this.kind, this.sqlType, true, this.isPrimary);
  }

  primary(): ColumnSpec<Value> {
    return new ColumnSpec(this.kind, this.sqlType, this.isNullable, true);
  }

  /** Postgres numbers its rows. */
  generated(): ColumnSpec<Generated<Value>> {
    return new ColumnSpec(this.kind, this.sqlType, this.isNullable, this.isPrimary);
  }
}

/** An index over a fixed table; `sql` makes the statement, given the full name of the table. */
export interface IndexSpec {
  readonly name: string;
  readonly sql: (table: string) => string;
}

type Columns = Readonly<Record<string, ColumnSpec<unknown>>>;

/** A fixed table of a build: its columns are spelled and typed once. What makes the table turns it into an entity. */
export interface Table<Name extends string = string, Cs extends Columns = Columns> {
  readonly name: Name;
  readonly columns: Cs;
  readonly indexes: readonly IndexSpec[];
}

/** A row as Postgres stores it and the driver gives it: integers of 64 bits are decimal text. */
export type RowOf<T extends Table> = { -readonly [Name in keyof T['columns']]: T['columns'][Name]['value'] };

/** The table by its name, for typed queries. */
export type DatabaseOf<T extends Table> = { [Name in T['name']]: RowOf<T> };

export function defineTable<Name extends string, Cs extends Columns>(
  name: Name,
  columns: Cs,
  indexes: readonly IndexSpec[] = [],
): Table<Name, Cs> {
  return { name, columns, indexes };
}

/** The columns that fixed tables are made of. Text sorts bytewise. */
export const column = {
  text: () => new ColumnSpec<string>('text', 'text collate "C"'),
  smallint: () => new ColumnSpec<number>('smallint', 'smallint'),
  integer: () => new ColumnSpec<number>('integer', 'integer'),
  bigint: () => new ColumnSpec<string>('bigint', 'bigint'),
  bytes: () => new ColumnSpec<Uint8Array>('bytes', 'bytea'),
  list: <Item>(type: string) => new ColumnSpec<Item[]>('list', `${type}[]`),
  json: <Value>() => new ColumnSpec<Value>('json', 'jsonb'),
  timestamp: () => new ColumnSpec<Date>('timestamp', 'timestamptz'),
};

/** An index over some columns of a fixed table. */
export function index(table: string, ...columns: readonly string[]): IndexSpec {
  const name = `${table}_${columns.join('_')}`;
  return { name, sql: indexSql({ name, columns }) };
}

/** The statement that makes an index, over columns as they are named. */
export function indexSql(index: {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isUnique?: boolean;
  readonly where?: string;
}): IndexSpec['sql'] {
  const list = index.columns.map((name) => `"${name}"`).join(', ');
  const where = index.where === undefined ? '' : ` where ${index.where}`;
  return (table) => `create ${index.isUnique ? 'unique ' : ''}index "${index.name}" on ${table} (${list})${where}`;
}

/** What makes a column of a table keep its values as they are: they are compressed already, or small. */
export function keepAsIs(table: Table, name: string): (schema: string) => string {
  return (schema) => `alter table "${schema}"."${table.name}" alter column "${name}" set storage external`;
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

function readColumns({ columns }: Table): readonly ColumnType[] {
  return Object.entries(columns).map(([name, { sqlType }]) => ({ name, type: sqlType.replace(' collate "C"', '') }));
}
