import type { Branches } from '../actors/branches.ts';
import type { Run } from '../run/run.ts';
import type { World } from '../world/world.ts';

/** I8: how long after the last fault everything may take to agree. Two of the longest waits, and some work. */
const CATCH_UP_MS_MAX = 180_000;
/** The last fork and the last invalid block come within this time after the faults. */
const LAST_BLOCKS_MS = 8_000;

/** The faults have ended: runs until every projection and the subscriber stand at the best block, or fails. */
export async function waitForAgreement(run: Run, world: World, branches: Branches): Promise<void> {
  const { scheduler, journal } = run;
  const { machines, subscriberStore } = world;
  const endedAt = scheduler.now();
  const isAgreed = (): boolean => {
    if (scheduler.now() < endedAt + LAST_BLOCKS_MS) return false;
    const { hash } = branches.best;
    if (machines.stores['poisoned']?.checkpoint.fault?.code === 'MACHINE_FAULTED') return false;
    const stores = Object.values(machines.stores);
    return (
      stores.every(({ checkpoint }) => checkpoint.cursor?.hash === hash) &&
      subscriberStore.branch.at(-1)?.event.hash === hash
    );
  };
  if (journal.hasFailed) return;
  const end = await scheduler.run(() => isAgreed() || journal.hasFailed, endedAt + CATCH_UP_MS_MAX);
  if (end === 'done') return;
  const standing = Object.entries(machines.stores).map(
    ([name, { checkpoint }]) => `${name} ${checkpoint.cursor?.height} ${checkpoint.fault?.code ?? ''}`,
  );
  const missed = `not at ${branches.best.height} within ${CATCH_UP_MS_MAX} ms of the last fault`;
  const subscriber = `subscriber ${subscriberStore.branch.at(-1)?.event.height}`;
  journal.fail('all', `${missed}: ${standing.join(', ')}, ${subscriber}`);
}
