import type { Row, Version } from '@virtualchain/machine';
import { insertBlocks, type WrittenBlock } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { endRows, historiesOf, insertVersions } from '../build/collection-history.ts';
import { insertOperations } from '../build/operations.ts';
import { insertTransitions } from '../build/transitions.ts';
import { projectionPoints } from './points.ts';

/** Writes what a run of connected blocks did, in bulk: history rows, blocks, verdicts, transitions. */
export async function writeRun(build: Build, run: readonly WrittenBlock[]): Promise<void> {
  for (const [index, history] of historiesOf(build).entries()) {
    if (index > 0) projectionPoints.pass('between-collections');
    const { ended, begun } = historyOfRun(history.name, run);
    await endRows(history, ended);
    await insertVersions(history, begun);
  }
  await insertBlocks(build, run);
  await insertOperations(build, run);
  await insertTransitions(build, run);
}

interface EndedRow {
  readonly row: Row;
  readonly at: number;
}

/** What a run did to the history of one collection: current rows that end, and rows that begin. */
function historyOfRun(name: string, run: readonly WrittenBlock[]): { ended: EndedRow[]; begun: Version<Row>[] } {
  const ended: EndedRow[] = [];
  const open = new Map<string, Version<Row>>();
  const begun: Version<Row>[] = [];
  for (const { folded } of run) {
    if (folded === null) continue;
    const { height } = folded.block;
    for (const { collection, key, before, after } of folded.changes) {
      if (collection !== name) continue;
      const ours = open.get(key);
      if (ours !== undefined) begun.push({ ...ours, validTo: height });
      else if (before !== null) ended.push({ row: before, at: height });
      if (after === null) open.delete(key);
      else open.set(key, { row: after, validFrom: height, validTo: null });
    }
  }
  begun.push(...open.values());
  return { ended, begun };
}
