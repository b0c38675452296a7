import pc from 'picocolors';

/** Colours only where a person looks: picocolors asks the terminal, NO_COLOR and FORCE_COLOR. */
export const paint = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

export function print(line: string): void {
  process.stdout.write(`${printable(line)}\n`);
}

/** For people beside the output: what is waited for, what went wrong. */
export function printError(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

/** Everything that a terminal may act upon or turn around: control characters, and marks of writing direction. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ACTING = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** Colours, as `paint` makes them, and ends of lines. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const OURS = /(\u001b\[\d+m|\n)/;

/**
 * Text of strangers as a terminal may show it. What it could act upon is spelled out, `\\u001b`; within a line of JSON that is
 * the same text as before.
 */
export function visible(text: string): string {
  return text.replace(ACTING, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same for text that we have coloured or cut into lines. */
function printable(text: string): string {
  return text
    .split(OURS)
    .map((part, index) => (index % 2 === 1 ? part : visible(part)))
    .join('');
}

/** A line that takes the place of the one before it on a terminal; elsewhere nothing. */
export function printProgress(line: string): void {
  if (process.stderr.isTTY)
    process.stderr.write(
      `\r${visible(line)
        .padEnd(process.stderr.columns ?? 80)
        .slice(0, process.stderr.columns ?? 80)}`,
    );
}

export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(head: readonly string[], given: readonly (readonly (string | number)[])[]): string {
  const rows = given.map((row) => row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell)));
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) =>
        typeof cell === 'number' ? String(cell).padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [paint.bold(line(head)), ...rows.map(line)].join('\n');
}
