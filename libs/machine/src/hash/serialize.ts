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
  let text = typeof opcode === 'number' ? String.fromCharCode(opcode) : String.fromCharCode(...opcode);
  text += ':';
  let separator = '';
  for (const name of fieldNames) {
    const field = fields[name];
    if (field === undefined) throw new FieldNotSerializable(`the hashed field ${JSON.stringify(name)} is missing`);
    const value = pythonStr(field);
    text += `${separator}${value.length}:${value}`;
    separator = ',';
  }
  return latin1Bytes(text);
}

const encoder = new TextEncoder();

/** A byte for each character. Nearly all text here is ASCII, which is the same in UTF-8. */
function latin1Bytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  const { read } = encoder.encodeInto(text, bytes);
  if (read === text.length) return bytes;
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
