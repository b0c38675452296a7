import type { Height } from '@virtualchain/bitcoin';
import { type Collection, type Column, fromCanonical, type Row } from '@virtualchain/machine';
import type { Build } from '../build/build.ts';
import { historyOf, insertVersions } from '../build/collection-history.ts';
import { SnapshotRefused } from '../errors.ts';
import type { SnapshotLine } from './snapshot-file.ts';
import { insertLines, isLineKind } from './snapshot-lines.ts';

const LINES_PER_INSERT = 2_000;

/** Fills the tables of a new build with the lines of a snapshot, in bulk. */
export async function loadSnapshot(build: Build, lines: AsyncIterable<SnapshotLine>): Promise<void> {
  const waiting = new Map<string, SnapshotLine[]>();
  for await (const line of lines) {
    const kind = line.t === 'row' ? `${ROW}${line.c}` : line.t;
    const batch = waiting.get(kind) ?? [];
    waiting.set(kind, batch);
    batch.push(line);
    if (batch.length < LINES_PER_INSERT) continue;
    waiting.delete(kind);
    await insert(build, kind, batch);
  }
  for (const [kind, batch] of waiting) await insert(build, kind, batch);
}

const ROW = 'row ';

async function insert(build: Build, kind: string, lines: readonly SnapshotLine[]): Promise<void> {
  if (isLineKind(kind)) return insertLines(build, kind, lines);
  if (!kind.startsWith(ROW)) throw new SnapshotRefused(`a line of the unknown kind ${JSON.stringify(kind)}`);
  const name = kind.slice(ROW.length);
  if (!Object.hasOwn(build.machine.collections, name))
    throw new SnapshotRefused(`a row of ${JSON.stringify(name)}, which the machine does not have`);
  const history = historyOf(build, name);
  const versions = lines.flatMap((line) =>
    line.t === 'row'
      ? [{ row: rowOf(history.collection, line.v), validFrom: line.from as Height, validTo: line.to as Height | null }]
      : [],
  );
  await insertVersions(history, versions);
}

function rowOf({ columns }: Collection, canonical: Readonly<Record<string, unknown>>): Row {
  return Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, fromCanonical(column as Column<unknown>, canonical[name])]),
  );
}
