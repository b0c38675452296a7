import { hexToBytes } from '@virtualchain/bitcoin';
import { Dict, type FieldValue, LegacyFloat, Long, Tuple, UnicodeText } from '@virtualchain/machine';

/** A field of an operation as the vectors write it: with its Python type. */
export type TypedValue =
  | { readonly type: 'none' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int' | 'long' | 'float' | 'unicode'; readonly value: string }
  | { readonly type: 'bytes'; readonly hex: string }
  | { readonly type: 'list' | 'tuple'; readonly value: readonly TypedValue[] }
  | { readonly type: 'dict'; readonly value: readonly (readonly [TypedValue, TypedValue])[] };

export type TypedFields = Readonly<Record<string, TypedValue>>;

export function fieldValues(fields: TypedFields): Readonly<Record<string, FieldValue>> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, fieldValue(value)]));
}

export function fieldValue(typed: TypedValue): FieldValue {
  switch (typed.type) {
    case 'none':
      return null;
    case 'bool':
      return typed.value;
    case 'int':
      return BigInt(typed.value);
    case 'long':
      return new Long(BigInt(typed.value));
    case 'float':
      return new LegacyFloat(floatOf(typed.value));
    case 'unicode':
      return new UnicodeText(typed.value);
    case 'bytes':
      return hexToBytes(typed.hex);
    case 'list':
      return typed.value.map(fieldValue);
    case 'tuple':
      return new Tuple(typed.value.map(fieldValue));
    case 'dict':
      return new Dict(typed.value.map(([key, value]) => [fieldValue(key), fieldValue(value)]));
    default:
      throw new TypeError(`unknown type of field: ${JSON.stringify(typed satisfies never)}`);
  }
}

function floatOf(text: string): number {
  const named: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };
  return named[text] ?? Number(text);
}
