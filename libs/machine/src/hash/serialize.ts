import { SHARED_BYTES } from '../limits.ts';
import type { FieldValue } from './field-value.ts';
import { FieldNotSerializable, pythonStr } from './python-text.ts';

const [COLON, COMMA] = [0x3a, 0x2c];
/** A length and what stands beside it: a length of ten digits is more than any text has. */
const LENGTH_CHARACTERS = 12;

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
  return new Serializer().operation(opcode, fieldNames, fields);
}

/** Serialises transitions one behind the other: many small arrays of bytes then share a large one. */
export class Serializer {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;

  /** As `serializeOperation`, and it throws the same. */
  operation(
    opcode: number | Uint8Array,
    fieldNames: readonly string[],
    fields: Readonly<Record<string, FieldValue>>,
  ): Uint8Array {
    const values: string[] = [];
    let length = 1 + (typeof opcode === 'number' ? 1 : opcode.length);
    for (let i = 0; i < fieldNames.length; i++) {
      const field = fields[fieldNames[i] as string];
      if (field === undefined)
        throw new FieldNotSerializable(`the hashed field ${JSON.stringify(fieldNames[i])} is missing`);
      const value = pythonStr(field);
      values.push(value);
      length += value.length + LENGTH_CHARACTERS;
    }
    if (this.#at + length > this.#bytes.length) {
      this.#bytes = new Uint8Array(Math.max(length, this.#bytes.length === 0 ? length : SHARED_BYTES));
      this.#at = 0;
    }
    return this.#written(opcode, values);
  }

  #written(opcode: number | Uint8Array, values: readonly string[]): Uint8Array {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    if (typeof opcode === 'number') bytes[at++] = opcode;
    else for (const byte of opcode) bytes[at++] = byte;
    bytes[at++] = COLON;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as string;
      if (i > 0) bytes[at++] = COMMA;
      at = write(bytes, at, String(value.length));
      bytes[at++] = COLON;
      at = write(bytes, at, value);
    }
    this.#at = at;
    return bytes.subarray(start, at);
  }
}

/** A byte for each character; returns where it ends. */
function write(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}
