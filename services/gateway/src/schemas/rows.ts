import type { Collection, Column, Row } from '@virtualchain/machine';
import { canonicalRow } from '@virtualchain/machine';
import { type TSchema, Type } from 'typebox';
import { nullable } from './common.ts';

/** How a value of a column is written in JSON. */
function columnSchema(column: Column<unknown>): TSchema {
  const schema = valueSchema(column);
  return column.nullable ? nullable(schema) : schema;
}

function valueSchema({ kind, of }: Column<unknown>): TSchema {
  switch (kind) {
    case 'text':
      return Type.String();
    case 'bytes':
      return Type.String({ pattern: '^([0-9a-f]{2})*$', description: 'bytes as hex' });
    case 'integer':
      return Type.Integer();
    case 'bigint':
    case 'numeric':
      return Type.String({ pattern: '^-?[0-9]+$', description: 'a whole number as decimal text' });
    case 'boolean':
      return Type.Boolean();
    case 'legacyFloat':
      return Type.String({ pattern: '^[0-9a-f]{16}$', description: 'the IEEE-754 bytes of a float as hex' });
    case 'list':
      return Type.Array(columnSchema(of as Column<unknown>));
  }
}

/** A row of a collection. */
export function rowSchema({ columns }: Collection): TSchema {
  return Type.Object(Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, columnSchema(column)])));
}

/** A row as JSON has it. */
export function rowJson(collection: Collection, row: unknown): Readonly<Record<string, unknown>> {
  return canonicalRow(collection, row as Row);
}
