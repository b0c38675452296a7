import { anchorHeight } from '@virtualchain/machine';
import { rollBackBlocks } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { dropBegunAbove, historiesOf, reopenEndedAbove } from '../build/collection-history.ts';
import { keepBlocksAbove } from '../build/feed/feed.ts';
import { historyFloor } from '../build/history-floor.ts';
import { rollBackOperations } from '../build/operations.ts';
import { rollBackParties } from '../build/parties.ts';
import { rollBackRecords } from '../build/records.ts';
import { rollBackTransitions } from '../build/transitions.ts';
import { HistoryPruned } from '../errors.ts';
import { projectionPoints } from './points.ts';

/** Rows that ended above a height have to be there, to hold again. @throws HistoryPruned */
export async function checkKept(build: Build, height: number): Promise<void> {
  const floor = await historyFloor(build);
  if (floor !== null && height < floor) throw new HistoryPruned(build.schema, `blocks above ${height} leave`, floor);
}

/**
 * Takes the state back to `height`: rows that began above it go, rows that ended above it hold again. What was there at
 * the machine's genesis stays.
 */
export async function rollBack(build: Build, height: number): Promise<void> {
  const stateHeight = Math.max(height, anchorHeight(build.machine));
  for (const history of historiesOf(build)) {
    await dropBegunAbove(history, stateHeight);
    projectionPoints.pass('in-rollback');
    await reopenEndedAbove(history, stateHeight);
  }
  await keepBlocksAbove(build, height);
  await rollBackOperations(build, height);
  await rollBackParties(build, height);
  await rollBackRecords(build, height);
  await rollBackTransitions(build, height);
  await rollBackBlocks(build, height);
}
