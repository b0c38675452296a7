import { readNewestBlock, readVerdictTotals } from '../build/blocks.ts';
import { readCheckpoint } from '../build/checkpoint.ts';
import { closeOrm, dbOf, inSnapshot } from '../build/database.ts';
import type { Checkpoint } from '../port.ts';
import { buildsOf, type RegisteredBuild } from '../registry/builds.ts';
import { openSharedTables } from '../registry/shared-tables.ts';

/** How a machine's live build stands. */
export interface MachineStatus {
  readonly build: RegisteredBuild;
  readonly checkpoint: Checkpoint;
  /** Of the newest block; null before the first. */
  readonly tip: {
    readonly height: number;
    readonly hash: string;
    readonly time: number;
    readonly consensusHash: string | null;
    readonly changesHash: string | null;
  } | null;
  readonly verdicts: { readonly accepted: number; readonly rejected: number; readonly ignored: number };
}

/** The live builds of a database, read in one snapshot each. */
export async function machineStatuses(postgresUrl: string): Promise<readonly MachineStatus[]> {
  const shared = await openSharedTables(postgresUrl);
  try {
    const statuses: MachineStatus[] = [];
    for (const build of (await buildsOf(dbOf(shared))).filter(({ status }) => status === 'live')) {
      const { schema } = build;
      const { checkpoint, tip, verdicts } = await inSnapshot(dbOf(shared), async (db) => ({
        checkpoint: await readCheckpoint({ db, schema }),
        tip: await readNewestBlock({ db, schema }),
        verdicts: await readVerdictTotals({ db, schema }),
      }));
      statuses.push({ build, checkpoint, tip, verdicts });
    }
    return statuses;
  } finally {
    await closeOrm(shared);
  }
}
