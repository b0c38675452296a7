import { type AnyStateMachine, anchorHeight } from '@virtualchain/machine';
import type { OperationLog } from '@virtualchain/operation-log';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { runsOf, upToStop } from '../advance/runs.ts';
import type { Build } from '../build/build.ts';
import { lockCheckpoint, readCheckpoint } from '../build/checkpoint.ts';
import { firstDifference } from '../build/compare-blocks.ts';
import { DatabaseBusy, NoLiveBuild, SwitchRefused, VersionDiffers } from '../errors.ts';
import { CATCH_UPS_MAX, REORGS_WITHOUT_INDEXES_MAX } from '../limits.ts';
import { changeBuilds, dropBuild } from '../registry/change-builds.ts';
import { createBuild, openBuild } from '../registry/open-build.ts';
import { type MachineInstance, type RegisteredBuild, setBuildStatus } from '../registry/registered-build.ts';
import type { Registry } from '../registry/registry.ts';
import { keepViews, pointViews } from '../registry/views.ts';
import { verifyProjection } from '../verify/verify.ts';
import { gathered } from './gathered.ts';
import { type PutOffIndexes, putOffIndexes } from './put-off-indexes.ts';

/** Which machine is folded anew, from which topic. */
export interface RebuildOptions {
  readonly registry: Registry;
  readonly instance: MachineInstance;
  readonly log: OperationLog;
  readonly topic: string;
  readonly signal: AbortSignal;
  /** Collections whose shape changed between the versions; left out of the comparison. */
  readonly reshaped?: readonly string[];
  readonly onFold?: (height: number | null, blocks: number, operations: number) => void;
  /** How many of the indexes that were left to the end are made. */
  readonly onIndex?: (made: number, of: number) => void;
  readonly onVerify?: (height: number, to: number) => void;
}

/** The schemas of the build that is live now and of the one before, and the heights whose hashes were compared. */
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
 * @throws SwitchRefused naming the height, VersionDiffers for rules older than the live build's; the live build stays.
 */
export async function rebuild(options: RebuildOptions): Promise<Switched> {
  const { registry, instance } = options;
  const { postgresUrl } = registry;
  const { machine, chain } = instance;
  const found = await registry.live(chain.name, machine.name);
  if (found === null) throw new NoLiveBuild(chain.name, machine.name);
  const ruleChange = ruleChangeOf(machine, found);
  await using live = await openBuild(postgresUrl, instance, found.schema, found.layout);
  await using built = await createBuild(postgresUrl, instance);
  try {
    const indexes = await putOffIndexes(postgresUrl, built.build);
    await foldToEnd(built, options, indexes);
    await indexes.make(options.onIndex);
    await checkLive(live, built, ruleChange, options);
    for (let attempt = 1; ; attempt++) {
      await foldToEnd(built, options, indexes);
      try {
        return await switchBuild(options, live, built, ruleChange);
      } catch (error) {
        const mayPass = error instanceof DatabaseBusy || (error instanceof SwitchRefused && error.isBehind);
        if (!mayPass || attempt === CATCH_UPS_MAX || options.signal.aborted) throw error;
      }
    }
  } catch (error) {
    await dropBuild(postgresUrl, built.schema).catch(() => undefined); // what went wrong first is what counts
    throw error;
  }
}

async function foldToEnd(built: PostgresProjection, options: RebuildOptions, indexes: PutOffIndexes): Promise<void> {
  const { log, topic, signal, onFold, onIndex } = options;
  const { cursor } = await built.checkpoint();
  let [blocks, operations, reorganisations] = [0, 0, 0];
  for await (const changes of gathered(log.read(topic, { after: cursor, untilEnd: true, signal }))) {
    reorganisations += runsOf(changes).filter(({ kind }) => kind === 'disconnected').length;
    if (reorganisations > REORGS_WITHOUT_INDEXES_MAX) await indexes.make(onIndex);
    const advanced = await built.advance(upToStop(built.machine, changes));
    blocks += advanced.blocks;
    operations += advanced.operations;
    onFold?.(advanced.checkpoint.cursor?.height ?? null, blocks, operations);
  }
  signal.throwIfAborted();
}

/**
 * The live build must be what its operations make: by the new definition, which up to a declared rule change agrees with
 * the old one. Where collections changed their shape its rows cannot be read by it, and its stored hashes are believed.
 */
async function checkLive(
  live: PostgresProjection,
  built: PostgresProjection,
  ruleChange: number | null,
  { onVerify, reshaped = [] }: RebuildOptions,
): Promise<void> {
  if (reshaped.length > 0) return;
  const { disagreements } = await verifyProjection(live, {
    ...(onVerify === undefined ? {} : { onProgress: onVerify }),
    ...(ruleChange === null ? {} : { to: ruleChange - 1 }),
  });
  const wrong = disagreements[0];
  if (wrong === undefined) return;
  const why = `the live build is not what its operations make: at height ${wrong.height}, ${wrong.what}`;
  throw new SwitchRefused(live.schema, built.schema, why);
}

/** The height from which a new version's rules differ; null when the live build has the same version. */
function ruleChangeOf(machine: AnyStateMachine, live: RegisteredBuild): number | null {
  if (machine.version === live.version) return null;
  if (machine.version < live.version)
    throw new VersionDiffers(machine.name, live.schema, live.version, machine.version);
  if (machine.differsFrom !== undefined) return machine.differsFrom;
  throw new SwitchRefused(
    live.schema,
    `version ${machine.version}`,
    'it does not say from which height it differs: declare differsFrom',
  );
}

function switchBuild(
  { registry, instance, reshaped = [] }: RebuildOptions,
  live: PostgresProjection,
  built: PostgresProjection,
  ruleChange: number | null,
): Promise<Switched> {
  return changeBuilds(registry.postgresUrl, instance, async (db, registered) => {
    const builds = { live: { ...live.build, db }, built: { ...built.build, db } };
    for (const schema of [live.schema, built.schema].sort()) await lockCheckpoint({ db, schema });
    const compared = await compareBuilds(builds, ruleChange, reshaped);
    await setBuildStatus(db, live.schema, 'retired');
    await setBuildStatus(db, built.schema, 'live');
    const replaced = registered.find(({ schema }) => schema === live.schema)?.version ?? instance.machine.version;
    if (replaced !== instance.machine.version) await keepViews(db, instance, replaced);
    await pointViews(db, instance, built.schema);
    return { live: built.schema, retired: live.schema, ...compared };
  });
}

async function compareBuilds(
  { live, built }: { readonly live: Build; readonly built: Build },
  ruleChange: number | null,
  reshaped: readonly string[],
): Promise<{ comparedFrom: number; comparedTo: number }> {
  const refuse = (why: string, isBehind = false): never => {
    throw new SwitchRefused(live.schema, built.schema, why, isBehind);
  };
  const ours = await readCheckpoint(live);
  const theirs = await readCheckpoint(built);
  if (ours.cursor !== null && theirs.cursor?.log !== ours.cursor.log) refuse('they stand on different logs');
  const isAhead = (theirs.cursor?.sequence ?? 0) > (ours.cursor?.sequence ?? 0);
  if ((theirs.cursor?.sequence ?? 0) < (ours.cursor?.sequence ?? 0)) {
    refuse(`it is behind, at height ${theirs.cursor?.height}`, true);
  }
  const from = Math.max(anchorHeight(live.machine), anchorHeight(built.machine)) + 1;
  const names = comparable(live.machine, built.machine, reshaped);
  const last = Math.min(ours.cursor?.height ?? -1, ruleChange === null ? Number.MAX_SAFE_INTEGER : ruleChange - 1);
  const first = await firstDifference(live, built, [from, last], names);
  if (first === null) return { comparedFrom: from, comparedTo: last };
  const { height } = first;
  // The log disconnected it since, and the live build has not read so far: what both have ends below.
  if (first.isOtherBlock && isAhead) return { comparedFrom: from, comparedTo: height - 1 };
  if (first.isOtherBlock) return refuse(`another block, or none, at height ${height}`);
  if (first.isOtherConsensusHash) return refuse(`another consensus hash at height ${height}`);
  const differing = names.find((name) => first.collectionHashes?.[name] !== first.otherCollectionHashes?.[name]);
  return refuse(`other rows of ${differing} at height ${height}`);
}

function comparable(a: AnyStateMachine, b: AnyStateMachine, reshaped: readonly string[]): string[] {
  return Object.keys(a.collections).filter((name) => name in b.collections && !reshaped.includes(name));
}
