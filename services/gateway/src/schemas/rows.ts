import { type Collection, canonicalRow, type Row, rowSchema as rowJsonSchema } from '@virtualchain/machine';
import { type TSchema, Type } from 'typebox';

/** A row of a collection. */
export function rowSchema(collection: Collection): TSchema {
  return Type.Unsafe(rowJsonSchema(collection));
}

/** A row as JSON has it. */
export function rowJson(collection: Collection, row: unknown): Readonly<Record<string, unknown>> {
  return canonicalRow(collection, row as Row);
}
