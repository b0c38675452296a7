import type { Collection } from '@virtualchain/machine';
import { type IndexSpec, indexSql } from './table.ts';

/** Collections live beside the fixed tables, so theirs have a prefix; the views of the live build drop it. */
export function collectionTable(name: string): string {
  return `c_${name}`;
}

/** Among the views of the live build, `<name>` has the current rows of a collection, and this one all of its history. */
export function historyView(name: string): string {
  return `${name}_history`;
}

interface Index {
  readonly name: string;
  readonly columns: readonly string[];
  readonly isUnique?: boolean;
  readonly where?: string;
}

/** The indexes of a collection's table: current rows by key, heights, and the machine's own over current rows and history. */
export function collectionIndexes(table: string, { key, indexes }: Collection): IndexSpec[] {
  const made: Index[] = [
    { name: `${table}_current`, isUnique: true, columns: key, where: 'valid_to is null' },
    { name: `${table}_from`, columns: ['valid_from'] },
    { name: `${table}_to`, columns: ['valid_to'], where: 'valid_to is not null' },
  ];
  for (const [index, tuple] of Object.entries(indexes)) {
    const columns = inIndexOrder(tuple, key);
    made.push({ name: `${table}_i_${index}`, columns, where: 'valid_to is null' });
    made.push({ name: `${table}_h_${index}`, columns: [...columns, 'valid_from'] });
  }
  return made.map((index) => ({ name: index.name, sql: indexSql(index) }));
}

/** The names of those that a fold asks: whatever else a build has of them is for those who read it, and to take blocks back. */
export function foldedByIndexes(table: string, { indexes }: Collection): readonly string[] {
  return [`${table}_current`, ...Object.keys(indexes).map((index) => `${table}_i_${index}`)];
}

/** What the rows of an index are ordered by: its own columns, then the rest of the key. */
export function inIndexOrder(tuple: readonly string[], key: readonly string[]): readonly string[] {
  return [...tuple, ...key.filter((column) => !tuple.includes(column))];
}
