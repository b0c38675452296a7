import { lockCheckpoint, readCheckpoint } from '../build/checkpoint.ts';
import type { Db } from '../build/database/database.ts';
import { SwitchRefused } from '../errors.ts';
import { changeBuilds } from '../registry/change-builds.ts';
import { liveAmong, type MachineInstance, setBuildStatus } from '../registry/registered-build.ts';
import { pointViews } from '../registry/views.ts';

/** The schemas of the build that is live now, and of those whose place it took. */
export interface TakenOver {
  readonly live: string;
  readonly retired: readonly string[];
}

/**
 * Makes a build the live one, in one transaction that holds both checkpoints, whatever the live one says: rules, parameters,
 * even the log may be others. For development only, where rules change without a new version; `rebuild` compares first.
 * `replaced` is a build that is retired as well: that of the machine before it had another name.
 *
 * @throws SwitchRefused with `isBehind` where both stand on one log and the live build has read more of it.
 */
export function takeOver(
  postgresUrl: string,
  instance: MachineInstance,
  built: string,
  replaced: string | null = null,
): Promise<TakenOver> {
  const { chain, machine } = instance;
  return changeBuilds(postgresUrl, instance, async (db, builds) => {
    const live = liveAmong(builds, chain.name, machine.name)?.schema ?? null;
    for (const schema of [built, ...(live === null ? [] : [live])].sort()) await lockCheckpoint({ db, schema });
    if (live !== null) await refuseBehind(db, live, built);
    const retired = [...new Set([live, replaced])].filter((schema) => schema !== null);
    for (const schema of retired) await setBuildStatus(db, schema, 'retired');
    await setBuildStatus(db, built, 'live');
    await pointViews(db, instance, built);
    return { live: built, retired };
  });
}

async function refuseBehind(db: Db, live: string, built: string): Promise<void> {
  const [{ cursor: ours }, { cursor: theirs }] = [
    await readCheckpoint({ db, schema: live }),
    await readCheckpoint({ db, schema: built }),
  ];
  if (ours === null || ours.log !== theirs?.log || theirs.sequence >= ours.sequence) return;
  throw new SwitchRefused(live, built, `it is behind, at height ${theirs.height}`, true);
}
