import { sql } from 'kysely';
import { type Checkpoint, readCheckpoint } from '../build/checkpoint.ts';
import { closeOrm, dbOf, inSnapshot } from '../build/database.ts';
import { type Build, buildsOf } from '../registry/builds.ts';
import { openSharedTables } from '../registry/shared-tables.ts';

/** How a machine's live build stands. */
export interface MachineStatus {
  readonly build: Build;
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
    for (const build of (await buildsOf(dbOf(shared.em.fork()))).filter(({ status }) => status === 'live')) {
      const blocks = sql.table(`${build.schema}.blocks`);
      const { checkpoint, tip, verdicts } = await inSnapshot(shared, async (db) => ({
        checkpoint: await readCheckpoint(db, build.schema),
        tip: (await sql<Record<string, unknown>>`select * from ${blocks} order by height desc limit 1`.execute(db))
          .rows[0],
        verdicts: (
          await sql<
            Record<string, unknown>
          >`select coalesce(sum(accepted), 0) as accepted, coalesce(sum(rejected), 0) as rejected,
            coalesce(sum(ignored), 0) as ignored from ${blocks}`.execute(db)
        ).rows[0],
      }));
      statuses.push({
        build,
        checkpoint,
        tip:
          tip === undefined
            ? null
            : {
                height: Number(tip['height']),
                hash: String(tip['hash']),
                time: Number(tip['time']),
                consensusHash: tip['consensus_hash'] as string | null,
                changesHash: tip['changes_hash'] as string | null,
              },
        verdicts: {
          accepted: Number(verdicts?.['accepted'] ?? 0),
          rejected: Number(verdicts?.['rejected'] ?? 0),
          ignored: Number(verdicts?.['ignored'] ?? 0),
        },
      });
    }
    return statuses;
  } finally {
    await closeOrm(shared);
  }
}
