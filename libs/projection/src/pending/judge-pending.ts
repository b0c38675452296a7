import type { BlockHash, Height } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  emptyCollectionHashes,
  type FoldInput,
  foldBlock,
  MachineFaulted,
  parseBlock,
  prefetchBlocks,
  SnapshotView,
  WorkingState,
} from '@virtualchain/machine';
import type { OperationEvent } from '@virtualchain/protocol';
import { sql } from 'kysely';
import { BatchState } from '../advance/batch-state.ts';
import { RowCache } from '../advance/row-cache.ts';
import { Blocks, readNewestBlock, storedSnapshots } from '../build/blocks.ts';
import { type Build, nameOf } from '../build/build.ts';
import { inSnapshot } from '../build/database/database.ts';
import { StoredOperations, txidHex } from '../build/operations.ts';
import { PENDING_FAULTS_MAX } from '../limits.ts';
import type { MachineInstance } from '../registry/registered-build.ts';
import { type Registry, readLiveBuild } from '../registry/registry.ts';
import type { ToldVerdict } from '../verify/compare-verdicts.ts';

/** A block of the branch. */
export interface PlacedBlock {
  readonly height: Height;
  readonly hash: BlockHash;
}

/** What the rules say now of an operation that is in no block; `faulted` where they throw at it. */
export interface PendingVerdict extends Pick<ToldVerdict, 'code' | 'detail'> {
  readonly kind: ToldVerdict['kind'] | 'faulted';
}

/** What a live build says of operations, all at one of its blocks. */
export interface PendingJudged {
  readonly tip: PlacedBlock;
  /** By txid. */
  readonly verdicts: ReadonlyMap<string, PendingVerdict>;
  /** Of those that were asked about: the blocks that hold them. */
  readonly confirmed: ReadonlyMap<string, PlacedBlock>;
}

/** Which operations are judged, and which may be in a block by now. */
export interface PendingQuestion {
  /** As they would be in the block of that height, in this order: an operation behind all whose outputs it spends. */
  readonly operations: (height: Height) => readonly OperationEvent[];
  /** Txids. */
  readonly gone: readonly string[];
}

/**
 * Judges operations as if they were all that the next block holds, on top of the newest block of the live build: each sees what
 * the ones before it did. Nothing is written, and nothing kept. Null where the machine has no block to stand on, or folds no next one.
 *
 * @throws NoLiveBuild, VersionDiffers, ParametersDiffer, LayoutDiffers, DatabaseUnavailable; MachineFaulted where the rules throw
 * outside of an operation, or at too many of them.
 */
export function judgePending(
  registry: Registry,
  instance: MachineInstance,
  { operations, gone }: PendingQuestion,
): Promise<PendingJudged | null> {
  return inSnapshot(registry.db, async (db) => {
    const { schema, layout } = await readLiveBuild(db, instance);
    const build = { db, schema, layout, machine: machineFor(instance.machine) };
    const tip = await readNewestBlock(build, { isFolded: true });
    const next = ((tip?.height ?? 0) + 1) as Height;
    if (tip === null || next > (instance.machine.stopAfter ?? next)) return null;
    const block = { height: next, hash: NO_BLOCK, previousHash: tip.hash, time: tip.time };
    return {
      tip: { height: tip.height, hash: tip.hash },
      verdicts: await judge(build, { ...block, operations: operations(next) }),
      confirmed: await blocksOf(build, gone),
    };
  });
}

/** No block has it. */
const NO_BLOCK = '0'.repeat(64) as BlockHash;

/** What the block of that height has to be sealed with is no matter for one that is made up. */
function machineFor({ expectedSnapshots: _, ...machine }: AnyStateMachine): AnyStateMachine {
  return machine;
}

async function judge(build: Build, block: FoldInput): Promise<ReadonlyMap<string, PendingVerdict>> {
  const verdicts = new Map<string, PendingVerdict>();
  let { operations } = block;
  for (let faults = 0; operations.length > 0; faults++) {
    try {
      for (const [txid, verdict] of await foldOnce(build, { ...block, operations })) verdicts.set(txid, verdict);
      return verdicts;
    } catch (error) {
      if (!(error instanceof MachineFaulted) || error.txid === null || faults >= PENDING_FAULTS_MAX) throw error;
      const { txid, code, message } = error;
      verdicts.set(txid, { kind: 'faulted', code, detail: message });
      operations = operations.filter((operation) => operation.txid !== txid);
    }
  }
  return verdicts;
}

async function foldOnce(build: Build, block: FoldInput): Promise<readonly (readonly [string, PendingVerdict])[]> {
  const { machine } = build;
  const working = new WorkingState(new BatchState(build, new RowCache()));
  const snapshots = new SnapshotView(machine, storedSnapshots(build));
  const { height } = block;
  await snapshots.prepare(height, height);
  const parsed = parseBlock(machine, block);
  await prefetchBlocks(machine, working, [parsed]);
  const collectionHashes = emptyCollectionHashes(machine.collections);
  const { outcomes } = await foldBlock(machine, { working, snapshots, collectionHashes }, parsed);
  return outcomes.map(({ event, verdict }) => {
    const { kind } = verdict;
    if (kind === 'accepted') return [event.txid, { kind, code: null, detail: null }] as const;
    return [event.txid, { kind, code: verdict.code, detail: verdict.detail }] as const;
  });
}

async function blocksOf(build: Build, txids: readonly string[]): Promise<ReadonlyMap<string, PlacedBlock>> {
  if (txids.length === 0) return new Map();
  const { rows } = await sql<PlacedBlock & { readonly txid: string }>`select ${txidHex} as txid, o.height, b.hash
    from ${nameOf(build, StoredOperations)} o join ${nameOf(build, Blocks)} b on b.height = o.height
    where ${txidHex} = any(${txids}::text[])`.execute(build.db);
  return new Map(rows.map(({ txid, height, hash }) => [txid, { height, hash }]));
}
