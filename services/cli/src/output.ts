import pc from 'picocolors';
import { columnCharactersMin } from './limits.ts';

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

/**
 * Columns as wide as their widest cell; numbers to the right. On a terminal the widest columns are cut until a line fits.
 */
export function table(
  head: readonly string[],
  given: readonly (readonly (string | number)[])[],
  terminal: { readonly isTTY?: boolean; readonly columns?: number } = process.stdout,
): string {
  const rows = given.map((row) => row.map((cell) => (typeof cell === 'string' ? visible(cell) : cell)));
  const wanted = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)),
  );
  const widths = terminal.isTTY === true ? fitted(wanted, terminal.columns ?? TERMINAL_COLUMNS) : wanted;
  const line = (cells: readonly (string | number)[]): string =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return typeof cell === 'number' ? cut(String(cell), width).padStart(width) : cut(cell, width).padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  return [paint.bold(line(head)), ...rows.map(line)].join('\n');
}

const GAP = '  ';
const TERMINAL_COLUMNS = 80;

/** The widths of columns, the widest of them made narrower until all fit. */
function fitted(wanted: readonly number[], columns: number): readonly number[] {
  const widths = [...wanted];
  let over = widths.reduce((sum, width) => sum + width, GAP.length * (widths.length - 1)) - columns;
  while (over > 0) {
    const widest = Math.max(...widths);
    if (widest <= columnCharactersMin) break;
    widths[widths.indexOf(widest)] = widest - 1;
    over--;
  }
  return widths;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
