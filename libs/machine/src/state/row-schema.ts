import type { JsonSchema } from '../query/query.ts';
import type { Collection, Column } from './collection.ts';

/** JSON Schema of a row as `canonicalRow` writes it: all columns, always. */
export function rowSchema({ columns }: Collection): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, columnSchema(column)])),
    required: Object.keys(columns),
  };
}

function columnSchema(column: Column<unknown>): JsonSchema {
  const schema = valueSchema(column);
  return column.nullable ? { anyOf: [schema, { type: 'null' }] } : schema;
}

function valueSchema({ kind, of }: Column<unknown>): JsonSchema {
  switch (kind) {
    case 'text':
      return { type: 'string' };
    case 'bytes':
      return { type: 'string', pattern: '^([0-9a-f]{2})*$', description: 'bytes as hex' };
    case 'integer':
      return { type: 'integer' };
    case 'bigint':
    case 'numeric':
      return { type: 'string', pattern: '^-?[0-9]+$', description: 'a whole number as decimal text' };
    case 'boolean':
      return { type: 'boolean' };
    case 'legacyFloat':
      return { type: 'string', pattern: '^[0-9a-f]{16}$', description: 'the IEEE-754 bytes of a float as hex' };
    case 'list':
      return { type: 'array', items: columnSchema(of as Column<unknown>) };
  }
}
