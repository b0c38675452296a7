import pc from 'picocolors';

/** Colours only where a person looks: picocolors asks the terminal, NO_COLOR and FORCE_COLOR. */
export const paint = pc.createColors(process.stdout.isTTY === true && pc.isColorSupported);

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line that takes the place of the one before it on a terminal; elsewhere nothing. */
export function printProgress(line: string): void {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${line.padEnd(process.stderr.columns ?? 80).slice(0, process.stderr.columns ?? 80)}`);
}

export function endProgress(): void {
  if (process.stderr.isTTY) process.stderr.write('\n');
}

/** Columns as wide as their widest cell; numbers to the right. */
export function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
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
