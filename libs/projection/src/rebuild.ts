import type { AnyStateMachine, CollectionHashes } from '@virtualchain/machine';
import { anchorHeight } from '@virtualchain/machine';
import type { OperationLog } from '@virtualchain/operation-log';
import { sql } from 'kysely';
import { buildsOf, createBuild, dropBuild, type MachineInstance, openBuild } from './builds.ts';
import { readCheckpoint } from './checkpoint.ts';
import { type Db, dbOf, inTransaction } from './database.ts';
import { NotFound, SwitchRefused } from './errors.ts';
import { CATCH_UPS_MAX } from './limits.ts';
import type { PostgresProjection } from './postgres-projection.ts';
import { openSharedTables } from './shared-tables.ts';
import { verifyProjection } from './verify.ts';
import { pointViews } from './views.ts';

export interface RebuildOptions {
  readonly postgresUrl: string;
  readonly instance: MachineInstance;
  readonly log: OperationLog;
  readonly topic: string;
  readonly signal: AbortSignal;
  /** Collections whose shape changed between the versions; left out of the comparison. */
  readonly reshaped?: readonly string[];
  /** The definition the live build was made with, where it is another version. */
  readonly liveInstance?: MachineInstance;
  readonly onFold?: (height: number | null, blocks: number, operations: number) => void;
  readonly onVerify?: (height: number, to: number) => void;
}

export interface Switched {
  readonly live: string;
  readonly retired: string;
  readonly comparedFrom: number;
  readonly comparedTo: number;
}

/**
 * Folds the topic from its start into a new build while the live one serves, and makes it the live one: in one
 * transaction that holds both checkpoints, when it is not behind and agrees with the live build over their whole overlap
 * (with a rule change: below its height). The live build's hashes are recomputed from its operations and rows first:
 * what was altered by hand does not pass. A build that was refused is removed.
 *
 * @throws SwitchRefused naming the height; the live build stays.
 */
export async function rebuild(options: RebuildOptions): Promise<Switched> {
  const { postgresUrl, instance, liveInstance = instance } = options;
  const schema = await liveSchema(postgresUrl, instance.chain.name, instance.machine.name);
  if (schema === null)
    throw new NotFound(`${instance.machine.name} has no live build: start its projector, it makes the first one`);
  await using live = await openBuild(postgresUrl, liveInstance, schema);
  await using built = await createBuild(postgresUrl, instance);
  try {
    await foldToEnd(built, options);
    await checkLive(live, built, options);
    for (let attempt = 1; ; attempt++) {
      await foldToEnd(built, options);
      try {
        return await switchBuild(options, live, built);
      } catch (error) {
        if (!(error instanceof SwitchRefused && error.isBehind) || attempt === CATCH_UPS_MAX || options.signal.aborted)
          throw error;
      }
    }
  } catch (error) {
    await dropBuild(postgresUrl, built.schema);
    throw error;
  }
}

async function foldToEnd(built: PostgresProjection, { log, topic, signal, onFold }: RebuildOptions): Promise<void> {
  const { cursor } = await built.checkpoint();
  let [blocks, operations] = [0, 0];
  for await (const batch of log.read(topic, { after: cursor, untilEnd: true, signal })) {
    const advanced = await built.advance(batch.changes);
    blocks += advanced.blocks;
    operations += advanced.operations;
    onFold?.(advanced.checkpoint.cursor?.height ?? null, blocks, operations);
  }
  signal.throwIfAborted();
}

async function checkLive(
  live: PostgresProjection,
  built: PostgresProjection,
  { onVerify }: RebuildOptions,
): Promise<void> {
  const { disagreements } = await verifyProjection(live, onVerify === undefined ? {} : { onProgress: onVerify });
  const wrong = disagreements[0];
  const ruleChange = ruleChangeOf(live, built);
  if (wrong !== undefined && (ruleChange === null || wrong.height < ruleChange)) {
    throw new SwitchRefused(
      live.schema,
      built.schema,
      `the live build is not what its operations make: at height ${wrong.height}, ${wrong.what}`,
    );
  }
}

function ruleChangeOf(live: PostgresProjection, built: PostgresProjection): number | null {
  return built.machine.version === live.machine.version ? null : (built.machine.differsFrom ?? null);
}

async function switchBuild(
  { postgresUrl, instance, reshaped = [] }: RebuildOptions,
  live: PostgresProjection,
  built: PostgresProjection,
): Promise<Switched> {
  const shared = await openSharedTables(postgresUrl);
  try {
    return await inTransaction(shared, async (db) => {
      await sql`select pg_advisory_xact_lock(hashtext(${`${instance.chain.name} ${instance.machine.name}`}))`.execute(
        db,
      );
      for (const schema of [live.schema, built.schema].sort()) {
        await sql`select 1 from ${sql.table(`${schema}.checkpoint`)} for update`.execute(db);
      }
      const compared = await compareBuilds(db, live, built, ruleChangeOf(live, built), reshaped);
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
  const refuse = (why: string, isBehind = false): never => {
    throw new SwitchRefused(live.schema, built.schema, why, isBehind);
  };
  const ours = await readCheckpoint(db, live.schema);
  const theirs = await readCheckpoint(db, built.schema);
  if (ours.cursor !== null && theirs.cursor?.log !== ours.cursor.log) refuse('they stand on different logs');
  if ((theirs.cursor?.sequence ?? 0) < (ours.cursor?.sequence ?? 0)) {
    refuse(`it is behind, at height ${theirs.cursor?.height}`, true);
  }
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
    const builds = await buildsOf(dbOf(shared.em.fork()));
    return (
      builds.find((build) => build.chain === chain && build.machine === machine && build.status === 'live')?.schema ??
      null
    );
  } finally {
    await shared.close(true);
  }
}
