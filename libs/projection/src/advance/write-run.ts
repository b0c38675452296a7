import type { AnyStateMachine, FoldedBlock, Row, Version } from '@virtualchain/machine';
import { blockWrites, countVerdicts } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { retiredLook } from '../build/builds-table.ts';
import { runWrites, type Write } from '../build/bulk/write.ts';
import { type EndedRow, historiesOf, historyWrites } from '../build/collection-history.ts';
import { compressed } from '../build/compressed.ts';
import { changesJson } from '../build/feed/changes.ts';
import { connectedWrites } from '../build/feed/feed.ts';
import { operationColumns, operationWrites } from '../build/operations.ts';
import { partiesAt, partyRows, partyWrites } from '../build/parties.ts';
import { recordWrites } from '../build/records.ts';
import type { WrittenBlock, WrittenFold } from '../build/stored.ts';
import { transitionWrites } from '../build/transitions.ts';
import { projectionPoints } from './points.ts';

/** What is to be written of a block, made as soon as it is folded: nothing else of it is kept. */
export function writtenFold(machine: AnyStateMachine, folded: FoldedBlock): WrittenFold {
  const { block, outcomes, transitions, changes, opsHash, consensusHash, collectionHashes, changesHash, steps } =
    folded;
  const parties = outcomes.map(({ event }) => partiesAt(event));
  const json = steps === null ? null : changesJson(machine, steps);
  return {
    ...{ block, transitions, changes, opsHash, consensusHash, collectionHashes, changesHash },
    verdicts: countVerdicts([folded]),
    operations: operationColumns(outcomes, parties),
    parties: partyRows(parties),
    feedChanges: json === null ? null : compressed(json),
  };
}

/**
 * Writes what a run of connected blocks did, in bulk and in one statement where it is not too large: history rows, blocks,
 * verdicts, records, transitions, and the feed behind `feedPosition`. Answers with the position after it.
 */
export async function writeRun(build: Build, run: readonly WrittenBlock[], feedPosition: number): Promise<number> {
  const feed = connectedWrites(build, run, feedPosition);
  const writes: Write[] = [retiredLook(build)];
  for (const [index, history] of historiesOf(build).entries()) {
    if (index > 0) projectionPoints.pass('between-collections');
    const { ended, begun } = historyOfRun(history.name, run);
    writes.push(...historyWrites(history, ended, begun));
  }
  writes.push(
    ...blockWrites(build, run),
    ...operationWrites(build, run),
    ...partyWrites(
      build,
      run.flatMap(({ folded }) => folded?.parties ?? []),
    ),
    ...transitionWrites(build, run),
    ...feed.writes,
    ...recordWrites(build, run),
  );
  await runWrites(build.db, writes);
  return feed.position;
}

/** What a run did to the history of one collection: current rows that end, and rows that begin. */
function historyOfRun(name: string, run: readonly WrittenBlock[]): { ended: EndedRow[]; begun: Version<Row>[] } {
  const ended: EndedRow[] = [];
  const open = new Map<string, Version<Row>>();
  const begun: { readonly key: string; readonly version: Version<Row> }[] = [];
  for (const { folded } of run) {
    if (folded === null) continue;
    const { height } = folded.block;
    for (const { collection, key, before, after } of folded.changes) {
      if (collection !== name) continue;
      const ours = open.get(key);
      if (ours !== undefined) begun.push({ key, version: { ...ours, validTo: height } });
      else if (before !== null) ended.push({ row: before, at: height });
      if (after === null) open.delete(key);
      else open.set(key, { row: after, validFrom: height, validTo: null });
    }
  }
  for (const [key, version] of open) begun.push({ key, version });
  // In the order of the key: its indexes then grow at neighbouring places, and no page of theirs is left half full.
  begun.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return { ended, begun: begun.map(({ version }) => version) };
}
