import { paint, visible } from '../../../output.ts';
import type { BlamedOperation, Failure, Place } from '../revision/messages.ts';
import { short } from './values.ts';

/** A failure of rules: the place first, as editors and terminals link it. */
export function failureLines({ code, message, place, operation }: Failure): readonly string[] {
  const at = place === null ? '' : `${placeText(place)}: `;
  return [
    paint.red(`${at}${code}: ${visible(message)}`),
    ...(place === null ? [] : sourceLines(place)),
    ...(operation === null ? [] : [`  at ${blamedText(operation)}`]),
  ];
}

function placeText({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== null).join(':');
}

function sourceLines({ line, column, text }: Place): readonly string[] {
  if (line === null || text === null) return [];
  const before = `  ${line} | `;
  const lead = text.slice(0, Math.max(0, (column ?? 1) - 1)).replace(/[^\t]/g, ' ');
  return [
    `${paint.dim(before)}${visibleSource(text)}`,
    ...(column === null ? [] : [`${' '.repeat(before.length)}${visibleSource(lead)}^`]),
  ];
}

/** Tabs stay as wide as the caret below them takes them for. */
function visibleSource(text: string): string {
  return visible(text.replaceAll('\t', '  '));
}

function blamedText({ height, txid, opcode, name, decoded, payload }: BlamedOperation): string {
  const what = name === null ? `opcode ${opcode ?? 'none'}` : `${name} ${short(decoded)}`;
  return `block ${height}, transaction ${txid}, ${what}, payload ${payload === '' ? 'empty' : short(payload)}`;
}
