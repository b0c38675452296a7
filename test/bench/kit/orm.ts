import { EntitySchema, MikroORM } from '@mikro-orm/postgresql';
import { Client } from '../../kit/postgres-client.ts';

/** Rows of one table, as the driver gives them. */
export interface TableRows {
  readonly entity: EntitySchema;
  readonly rows: readonly Record<string, unknown>[];
}

/** The rows of tables, and entities with the columns of each, for MikroORM to insert them again. */
export async function readTables(
  url: string,
  schema: string,
  tables: readonly string[],
): Promise<readonly TableRows[]> {
  await using client = await Client.connect(url);
  const read: TableRows[] = [];
  for (const table of tables) {
    const columns = await client.rows(`select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
      coalesce(a.attnum = any (i.indkey), false) as "isKey", not a.attnotnull as "isNullable"
      from pg_attribute a left join pg_index i on i.indrelid = a.attrelid and i.indisprimary
      where a.attrelid = '"${schema}"."${table}"'::regclass and a.attnum > 0 and not a.attisdropped order by a.attnum`);
    const rows = await client.rows(`select * from "${schema}"."${table}"`);
    read.push({ entity: entityOf(schema, table, columns), rows });
  }
  return read;
}

function entityOf(schema: string, table: string, columns: readonly Record<string, unknown>[]): EntitySchema {
  const hasKey = columns.some(({ isKey }) => isKey);
  const properties = columns.map(({ name, type, isKey, isNullable }) => {
    // rows of a table without a primary key are told apart by what is never null in them
    const primary = hasKey ? isKey === true : isNullable === false;
    const property = { type: ormTypeOf(String(type)), columnType: String(type), name: String(name), primary };
    return [String(name), { ...property, nullable: isNullable === true }];
  });
  return new EntitySchema({ name: table, tableName: table, schema, properties: Object.fromEntries(properties) });
}

/** Values go back as the driver gave them, but for JSON and lists, which it has read. */
function ormTypeOf(type: string): string {
  if (type === 'jsonb') return 'json';
  return type.endsWith('[]') ? 'array' : 'unknown';
}

export function openOrm(url: string, tables: readonly TableRows[]): Promise<MikroORM> {
  return MikroORM.init({ entities: tables.map(({ entity }) => entity), clientUrl: url, pool: { min: 0, max: 1 } });
}

/** Inserts the rows as entities, so many a transaction, each `em.create` and one flush. */
export async function insertRows(orm: MikroORM, tables: readonly TableRows[], rowsPerFlush: number): Promise<void> {
  for (const { entity, rows } of tables) {
    for (let at = 0; at < rows.length; at += rowsPerFlush) {
      const em = orm.em.fork();
      for (const row of rows.slice(at, at + rowsPerFlush)) em.persist(em.create(entity, row));
      await em.flush();
    }
  }
}
