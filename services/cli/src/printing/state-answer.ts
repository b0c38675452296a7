import { print, table } from '../output.ts';

/** Rows of a collection, and the block that they were read at. */
export interface StateAnswer {
  readonly machine: string;
  readonly collection: string;
  readonly height: number;
  /** Of the newest block; null for a past height. */
  readonly hash: string | null;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

/** Rows as `vchain state` shows them: a table, or a line of JSON. */
export function printState(answer: StateAnswer, columns: readonly string[], json: boolean): void {
  const { machine, collection, height, hash, rows } = answer;
  if (json) {
    print(JSON.stringify({ machine, collection, height, hash, rows }));
    return;
  }
  const cells = rows.map((row) => columns.map((column) => shown(row[column])));
  print(table(columns, cells));
  print(`${rows.length} rows at height ${height}`);
}

function shown(value: unknown): string | number {
  if (value === null) return 'null';
  return typeof value === 'number' ? value : typeof value === 'string' ? value : JSON.stringify(value);
}
