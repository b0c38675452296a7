import type { OperationEvent } from '../data/answers.ts';
import { fieldWords, short, textOfHex, valueText } from './text.ts';

const FIELDS_SHOWN = 3;
const VALUE_CHARACTERS_MAX = 40;

/** What the chain calls an operation, in words. */
export const operationWords = ({ name }: Pick<OperationEvent, 'name'>): string =>
  name === null ? 'unknown' : fieldWords(name);

/** The decoded fields of an operation as pairs; a value that is no object stands alone. */
export function decodedFields(decoded: unknown): readonly (readonly [name: string, value: unknown])[] {
  if (decoded === null || decoded === undefined) return [];
  if (typeof decoded !== 'object' || Array.isArray(decoded)) return [['value', decoded]];
  return Object.entries(decoded);
}

/** What an operation says beside what its chain calls it, as hex: all of it where no opcode is its chain's. */
export const saidHex = ({ name, opcode, payload }: Pick<OperationEvent, 'name' | 'opcode' | 'payload'>): string =>
  name === null ? `${opcode ?? ''}${payload}` : payload;

/** What an operation says, in a line: its first fields, or its payload as text. */
export function summaryOf(event: OperationEvent): string {
  const { decoded, problem } = event;
  const said = saidHex(event);
  const fields = decodedFields(decoded).filter(([, value]) => value !== null && value !== '');
  if (fields.length > 0) return fields.slice(0, FIELDS_SHOWN).map(fieldText).join(' · ');
  return textOfHex(said) ?? problem ?? (said === '' ? 'empty payload' : short(said, VALUE_CHARACTERS_MAX / 2));
}

function fieldText([name, value]: readonly [string, unknown]): string {
  const text = valueText(value);
  const readable = typeof value === 'string' ? (textOfHex(text) ?? text) : text;
  const shown = /^[0-9a-f]{32,}$/.test(readable) ? short(readable, 6) : clip(readable);
  return name === 'name' || name === 'value' ? shown : `${fieldWords(name)} ${shown}`;
}

const clip = (text: string): string =>
  text.length <= VALUE_CHARACTERS_MAX ? text : `${text.slice(0, VALUE_CHARACTERS_MAX)}…`;
