import { existsSync, readFileSync, truncateSync } from 'node:fs';

/** The lines of a file, read as JSON. What was being written when its process was killed is left out. */
export function readWholeLines<Line>(file: string): readonly Line[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
}

/** The same; what is left out is cut off the file. */
export function keepWholeLines<Line>(file: string): readonly Line[] {
  if (existsSync(file)) {
    const bytes = readFileSync(file);
    truncateSync(file, bytes.lastIndexOf('\n') + 1);
  }
  return readWholeLines(file);
}
