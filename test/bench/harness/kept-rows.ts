import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Row } from './interleave.ts';
import { documentOf, type Machine, machineOf } from './report.ts';

const root = join(import.meta.dirname, '../../..');
const file = join(root, 'benchmarks/measured.json');

/** A row and what it was measured on. */
export interface KeptRow extends Row {
  readonly machine: Machine;
}

/**
 * Keeps a row in place of the one before it, and writes BENCHMARKS.md anew from all that are kept: a whole run takes most of an
 * hour, and every row is a run of its own. `names` are all names in their order; rows of others are dropped.
 */
export function keepRow(row: Row, names: readonly string[]): void {
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly KeptRow[]) : [];
  const isSame = (kept: Row): boolean => kept.name === row.name && kept.workload === row.workload;
  const kept: KeptRow = { ...row, machine: machineOf() };
  const rows = before.some(isSame) ? before.map((one) => (isSame(one) ? kept : one)) : [...before, kept];
  const placeOf = ({ name }: Row): number => names.indexOf(name.split(' ')[0] ?? '');
  const ordered = rows.filter((one) => placeOf(one) >= 0).sort((a, b) => placeOf(a) - placeOf(b));
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(ordered, null, 1)}\n`);
  writeFileSync(join(root, 'BENCHMARKS.md'), documentOf(ordered));
}
