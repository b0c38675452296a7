import type { FieldValue } from './field-value.ts';
import { FieldNotSerializable, pythonStr } from './python-text.ts';

/**
 * The bytes of a transition that the ops hash covers: `o ":" L1 ":" V1 "," … Ln ":" Vn`, no trailing comma, no escaping
 * (`spec/virtualchain.md` §1). `opcode` is one byte or, as the original allowed, several.
 *
 * @throws FieldNotSerializable when a field is missing, or has no serialisation.
 */
export function serializeOperation(
  opcode: number | Uint8Array,
  fieldNames: readonly string[],
  fields: Readonly<Record<string, FieldValue>>,
): Uint8Array {
  const text = textOf(opcode, fieldNames, fields, uncheckedStr);
  return asciiBytes(text) ?? latin1Bytes(textOf(opcode, fieldNames, fields, pythonStr));
}

/** Nearly all text is ASCII, and when the bytes are made it shows whether this is. */
function uncheckedStr(value: FieldValue): string {
  return typeof value === 'string' ? value : pythonStr(value);
}

function textOf(
  opcode: number | Uint8Array,
  fieldNames: readonly string[],
  fields: Readonly<Record<string, FieldValue>>,
  str: (value: FieldValue) => string,
): string {
  let text = typeof opcode === 'number' ? String.fromCharCode(opcode) : String.fromCharCode(...opcode);
  text += ':';
  let separator = '';
  for (const name of fieldNames) {
    const field = fields[name];
    if (field === undefined) throw new FieldNotSerializable(`the hashed field ${JSON.stringify(name)} is missing`);
    const value = str(field);
    text += `${separator}${value.length}:${value}`;
    separator = ',';
  }
  return text;
}

const encoder = new TextEncoder();

/** Null when a character is not ASCII: it would take more than its one byte of UTF-8. */
function asciiBytes(text: string): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  return encoder.encodeInto(text, bytes).read === text.length ? bytes : null;
}

/** A byte for each character. */
function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
