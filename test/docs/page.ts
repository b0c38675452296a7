import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export const root = resolve(import.meta.dirname, '../..');

/** The pages for users, by their paths in the repository: README.md, and all of `docs`. */
export function userPages(): readonly string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  return ['README.md', ...docs.filter((path) => path.endsWith('.md')).map((path) => `docs/${path}`)];
}

export function readPage(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Rows under a head, each column as wide as its widest cell. A bar in a cell is escaped. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [head, ...rows].map((row) => row.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const lines = cells.map(
    (row) => `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines.join('\n');
}

/** The page with each part between `<!-- made: NAME -->` and `<!-- end -->` as `parts` has it. @throws for other names */
export function withParts(page: string, parts: ReadonlyMap<string, string>): string {
  return page.replace(/^<!-- made: ([\w-]+) -->\n[\s\S]*?^<!-- end -->$/gm, (_all, name: string) => {
    const part = parts.get(name);
    if (part === undefined)
      throw new RangeError(`no part is called ${name}: there are ${[...parts.keys()].join(', ')}`);
    return `<!-- made: ${name} -->\n\n${part}\n\n<!-- end -->`;
  });
}
