import { readNewestBlock, readVerdictTotals, type StoredBlock } from '../build/blocks.ts';
import { readCheckpoint } from '../build/checkpoint.ts';
import { inSnapshot } from '../build/database/database.ts';
import type { Checkpoint, VerdictCounts } from '../port.ts';
import type { RegisteredBuild } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';

/** How a machine's live build stands. */
export interface MachineStatus {
  readonly build: RegisteredBuild;
  readonly checkpoint: Checkpoint;
  /** The newest block; null before the first. */
  readonly tip: Pick<StoredBlock, 'height' | 'hash' | 'time' | 'consensusHash' | 'changesHash'> | null;
  readonly verdicts: VerdictCounts;
}

/** How the live builds of a database stand, each as of one moment. */
export async function readStatuses(registry: Registry): Promise<readonly MachineStatus[]> {
  const statuses: MachineStatus[] = [];
  for (const build of (await registry.builds()).filter(({ status }) => status === 'live')) {
    const { schema } = build;
    const read = await inSnapshot(registry.db, async (db) => ({
      checkpoint: await readCheckpoint({ db, schema }),
      tip: await readNewestBlock({ db, schema }),
      verdicts: await readVerdictTotals({ db, schema }),
    }));
    statuses.push({ build, ...read });
  }
  return statuses;
}
