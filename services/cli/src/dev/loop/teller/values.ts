import { visible } from '../../../output.ts';
import { valueCharactersMax } from '../limits.ts';
import type { Names } from './names.ts';

/** A value as JSON without the marks that nobody misses, cut where it is long. */
export function short(value: unknown, names: Names = () => null): string {
  const text = textOf(value, names);
  const shown = text.length <= valueCharactersMax ? text : `${text.slice(0, valueCharactersMax)}…`;
  return visible(shown);
}

function textOf(value: unknown, names: Names): string {
  if (typeof value === 'string') return names(value) ?? (/^[\w .:/+-]+$/.test(value) ? value : JSON.stringify(value));
  if (Array.isArray(value)) return `[${value.map((each) => textOf(each, names)).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${fieldsText(value as Readonly<Record<string, unknown>>, names)} }`;
}

function fieldsText(fields: Readonly<Record<string, unknown>>, names: Names): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}: ${textOf(value, names)}`)
    .join(', ');
}
