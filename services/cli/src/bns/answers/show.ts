import { print, table, visible } from '../../output.ts';

/** Facts as lines `name  value`, or as one line of JSON with the names as they are; amounts as decimal text. */
export function showFacts(facts: Readonly<Record<string, unknown>>, { json }: { readonly json: boolean }): void {
  if (json) {
    print(toJson(facts));
    return;
  }
  const width = Math.max(...Object.keys(facts).map((name) => words(name).length));
  for (const [name, value] of Object.entries(facts)) print(`${words(name).padEnd(width)}  ${visible(shown(value))}`);
}

/** What rows are of. */
interface Heading {
  readonly height: number;
  /** There are more rows than these. */
  readonly isCut: boolean;
}

/** Rows as a table, with what they are of as JSON around them. */
export function showRows(
  facts: Heading & Readonly<Record<string, unknown>>,
  rows: readonly Readonly<Record<string, unknown>>[],
  columns: readonly string[],
  { json }: { readonly json: boolean },
): void {
  if (json) {
    print(toJson({ ...facts, rows }));
    return;
  }
  const cells = rows.map((row) => columns.map((column) => shown(row[column])));
  print(table(columns.map(words), cells));
  print(`${facts.isCut ? `the first ${rows.length}, there are more,` : rows.length} at height ${facts.height}`);
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
}

/** `renewalDeadline` is `renewal deadline` for people. */
function words(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'none';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
