import { setTimeout as sleep } from 'node:timers/promises';
import { openRegistry, readStatuses } from '@virtualchain/projection';
import type { Connection } from '../../connection.ts';
import { FOLLOW_WAIT_SECONDS, VERDICT_POLL_MS } from './limits.ts';

/** Which machines of the database have folded a block, and which have not in the time that is waited. */
export interface Followed {
  readonly there: readonly string[];
  readonly behind: readonly string[];
}

/**
 * Waits until the machines stand at a block, so that what is asked next is of it. One that does not come in time is behind,
 * which may be what somebody wants to see; a faulted one is not waited for. Where no database is known nobody is.
 */
export async function untilFollowed({ postgresUrl }: Connection, hash: string, signal: AbortSignal): Promise<Followed> {
  if (postgresUrl === undefined) return { there: [], behind: [] };
  await using registry = await openRegistry(postgresUrl);
  const deadline = performance.now() + FOLLOW_WAIT_SECONDS * 1_000;
  for (;;) {
    const statuses = await readStatuses(registry);
    const there = statuses.filter(({ tip }) => tip?.hash === hash);
    const coming = statuses.filter(({ tip, checkpoint }) => tip?.hash !== hash && checkpoint.status === 'running');
    if (coming.length === 0 || performance.now() > deadline)
      return {
        there: there.map(nameOf).sort(),
        behind: statuses
          .filter((each) => !there.includes(each))
          .map(nameOf)
          .sort(),
      };
    await sleep(VERDICT_POLL_MS, undefined, { signal });
  }
}

const nameOf = ({ build }: { readonly build: { readonly machine: string } }): string => build.machine;
