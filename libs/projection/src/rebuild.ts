import type { AnyStateMachine, CollectionHashes } from '@virtualchain/machine';
import { anchorHeight } from '@virtualchain/machine';
import { sql } from 'kysely';
import { buildsOf, type MachineInstance } from './builds.ts';
import { readCheckpoint } from './checkpoint.ts';
import { type Db, inTransaction } from './database.ts';
import { SwitchRefused } from './errors.ts';
import type { PostgresProjection } from './postgres-projection.ts';
import { openSharedTables } from './shared-tables.ts';
import { verifyProjection } from './verify.ts';
import { pointViews } from './views.ts';

export interface SwitchOptions {
  /** Collections whose shape changed between the versions; left out of the comparison. */
  readonly reshaped?: readonly string[];
  readonly onProgress?: (height: number, to: number) => void;
}

export interface Switched {
  readonly live: string;
  readonly retired: string;
  readonly comparedFrom: number;
  readonly comparedTo: number;
}

/**
 * Makes a build the live one, in one transaction that holds both checkpoints, when it is not behind and agrees with the
 * live build over their whole overlap (with a rule change: below its height). The live build's hashes are recomputed
 * from its rows first: what was altered by hand does not pass.
 *
 * @throws SwitchRefused naming the height; the live build stays.
 */
export async function switchBuild(
  postgresUrl: string,
  instance: MachineInstance,
  live: PostgresProjection,
  built: PostgresProjection,
  options: SwitchOptions = {},
): Promise<Switched> {
  const progress = options.onProgress === undefined ? {} : { onProgress: options.onProgress };
  const verified = await verifyProjection(live, progress);
  const wrong = verified.disagreements[0];
  const ruleChange = built.machine.version === live.machine.version ? null : (built.machine.differsFrom ?? null);
  if (wrong !== undefined && (ruleChange === null || wrong.height < ruleChange)) {
    throw new SwitchRefused(
      live.schema,
      built.schema,
      `the live build is not what its operations make: at height ${wrong.height}, ${wrong.what}`,
    );
  }
  const shared = await openSharedTables(postgresUrl);
  try {
    return await inTransaction(shared, async (db) => {
      await sql`select pg_advisory_xact_lock(hashtext(${`${instance.chain.name} ${instance.machine.name}`}))`.execute(
        db,
      );
      for (const schema of [live.schema, built.schema].sort()) {
        await sql`select 1 from ${sql.table(`${schema}.checkpoint`)} for update`.execute(db);
      }
      const compared = await compareBuilds(db, live, built, ruleChange, options.reshaped ?? []);
      await sql`update vchain.builds set status = 'retired' where schema_name = ${live.schema}`.execute(db);
      await sql`update vchain.builds set status = 'live' where schema_name = ${built.schema}`.execute(db);
      await pointViews(db, instance, built.schema);
      return { live: built.schema, retired: live.schema, ...compared };
    });
  } finally {
    await shared.close(true);
  }
}

interface Sealed {
  readonly height: number;
  readonly hash: string;
  readonly consensus_hash: string | null;
  readonly changes_hash: string | null;
  readonly collection_hashes: CollectionHashes | null;
}

async function compareBuilds(
  db: Db,
  live: PostgresProjection,
  built: PostgresProjection,
  ruleChange: number | null,
  reshaped: readonly string[],
): Promise<{ comparedFrom: number; comparedTo: number }> {
  const refuse = (why: string): never => {
    throw new SwitchRefused(live.schema, built.schema, why);
  };
  const ours = await readCheckpoint(db, live.schema);
  const theirs = await readCheckpoint(db, built.schema);
  if (ours.cursor !== null && theirs.cursor?.log !== ours.cursor.log) refuse('they stand on different logs');
  if ((theirs.cursor?.sequence ?? 0) < (ours.cursor?.sequence ?? 0))
    refuse(`it is behind, at height ${theirs.cursor?.height}`);
  const from = Math.max(anchorHeight(live.machine), anchorHeight(built.machine)) + 1;
  const last = Math.min(ours.cursor?.height ?? -1, ruleChange === null ? Number.MAX_SAFE_INTEGER : ruleChange - 1);
  const read = async (schema: string): Promise<readonly Sealed[]> =>
    (
      await sql<Sealed>`select height, hash, consensus_hash, changes_hash, collection_hashes from ${sql.table(`${schema}.blocks`)}
        where height between ${from} and ${last} order by height`.execute(db)
    ).rows;
  const [liveBlocks, builtBlocks] = [await read(live.schema), await read(built.schema)];
  for (const [i, block] of liveBlocks.entries()) {
    const other = builtBlocks[i];
    if (other === undefined || other.height !== block.height)
      return refuse(`it has no block at height ${block.height}`);
    if (other.hash !== block.hash) refuse(`another block at height ${block.height}`);
    if (other.consensus_hash !== block.consensus_hash) refuse(`another consensus hash at height ${block.height}`);
    for (const name of comparable(live.machine, built.machine, reshaped)) {
      if (other.collection_hashes?.[name] !== block.collection_hashes?.[name])
        refuse(`other rows of ${name} at height ${block.height}`);
    }
  }
  return { comparedFrom: from, comparedTo: last };
}

function comparable(a: AnyStateMachine, b: AnyStateMachine, reshaped: readonly string[]): string[] {
  return Object.keys(a.collections).filter((name) => name in b.collections && !reshaped.includes(name));
}

/** The schema that is live for a machine now, null before the first build. */
export async function liveSchema(postgresUrl: string, chain: string, machine: string): Promise<string | null> {
  const shared = await openSharedTables(postgresUrl);
  try {
    const builds = await buildsOf(shared);
    return (
      builds.find((build) => build.chain === chain && build.machine === machine && build.status === 'live')?.schema ??
      null
    );
  } finally {
    await shared.close(true);
  }
}
