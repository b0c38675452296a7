import { height as toHeight } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  anchorHeight,
  type Collection,
  type CollectionHashes,
  changesHash,
  consensusHashOf,
  MemoryFold,
  nextCollectionHash,
  opsHash,
  type Row,
  type RowChange,
  SnapshotView,
} from '@virtualchain/machine';
import { decodeEvent, type OperationEvent, operationsDigest } from '@virtualchain/protocol';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { readBlock, readNewestBlock, type StoredBlock, storedSnapshots } from '../build/blocks.ts';
import type { Build } from '../build/build.ts';
import { historiesOf, misplacedFrom, readRowsAt } from '../build/collection-history.ts';
import { inSnapshot } from '../build/database.ts';
import { NotFound } from '../errors.ts';
import { VERIFIED_BLOCKS_PER_STEP_MAX } from '../limits.ts';
import { readChanges, readStep, type Step } from './verify-read.ts';

/** The first place where a projection does not agree with itself. */
export interface Disagreement {
  readonly height: number;
  /** `operations`, `transitions`, `consensus hash`, `changes hash`, or the collection whose rows differ. */
  readonly what: string;
  readonly stored: string;
  readonly computed: string;
}

export interface Verified {
  readonly from: number;
  readonly to: number;
  readonly blocks: number;
  readonly operations: number;
  /** Lowest height first; empty when all agrees. */
  readonly disagreements: readonly Disagreement[];
}

export interface VerifyOptions {
  readonly onProgress?: (height: number, to: number) => void;
  /** Fold from this height on, beginning with the rows that are stored for the height below; the first by default. */
  readonly from?: number;
  /** Verify up to this height; the newest by default. */
  readonly to?: number;
  /** Consensus hashes that somebody trusted vouches for. */
  readonly trust?: ReadonlyMap<number, string>;
  /** False: hashes are recomputed from transitions and rows, and the operations are not folded again. */
  readonly refold?: boolean;
}

/**
 * Recomputes every hash of a projection twice: by folding the stored operations again on memory, and from the stored
 * transitions and history rows. Stops at the first height that disagrees, and says all that differs there. One snapshot
 * of the database is read, so a projector may go on meanwhile.
 */
export async function verifyProjection(projection: PostgresProjection, options: VerifyOptions = {}): Promise<Verified> {
  const { build } = projection;
  return inSnapshot(build.db, (db) => verifyIn({ ...build, db }, options));
}

/** The same within a transaction. */
export async function verifyIn(build: Build, options: VerifyOptions): Promise<Verified> {
  const { machine, schema } = build;
  const { onProgress, to: limit, trust = new Map<number, string>(), refold = true } = options;
  const anchor = anchorHeight(machine);
  const top = (await readNewestBlock(build))?.height ?? anchor;
  const to = Math.min(top, limit ?? Number.POSITIVE_INFINITY);
  const first = Math.max(options.from ?? 0, anchor + 1);
  for (const height of trust.keys()) {
    if (height < first || height > to)
      throw new NotFound(`${schema}: the trusted height ${height} is not among the heights ${first} to ${to}`);
  }
  const { fold, hashes } = await startAt(build, first - 1);
  const seals = new SnapshotView(machine, storedSnapshots(build));
  let rowHashes = hashes;
  let expected = first;
  let operations = 0;
  const answer = (disagreements: readonly Disagreement[]): Verified => ({
    from: first,
    to,
    blocks: expected - first,
    operations,
    disagreements,
  });
  const atStart = differing(machine, first - 1, fold.collectionHashes, rowHashes);
  if (atStart.length > 0) return answer(atStart);
  for (let from = first; from <= to; from += VERIFIED_BLOCKS_PER_STEP_MAX) {
    const upTo = Math.min(to, from + VERIFIED_BLOCKS_PER_STEP_MAX - 1);
    const step = await readStep(build, from, upTo);
    for (const block of step.blocks) {
      if (block.height !== expected) return answer([gap(expected, block.height)]);
      rowHashes = nextRowHashes(machine, block.height, rowHashes, step.changes.get(block.height) ?? []);
      const found = await verifyBlock(machine, refold ? fold : null, block, step, rowHashes);
      const trusted = trust.get(block.height);
      if (trusted !== undefined && trusted !== block.consensusHash) {
        found.push({
          height: block.height,
          what: 'trusted consensus hash',
          stored: String(block.consensusHash),
          computed: trusted,
        });
      }
      if (!refold) found.push(...(await verifySeal(seals, block)));
      expected++;
      operations += step.operations.get(block.height)?.length ?? 0;
      if (found.length > 0) return answer(found);
    }
    onProgress?.(upTo, to);
  }
  return answer(expected <= to ? [gap(expected, to)] : await misplaced(build, top, to));
}

async function misplaced(build: Build, top: number, to: number): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const history of historiesOf(build)) {
    const height = await misplacedFrom(history, top);
    if (height !== null && height <= to)
      found.push({
        height,
        what: `rows of ${history.name}`,
        stored: 'heights that do not fit together',
        computed: 'one row a key',
      });
  }
  return found.sort((a, b) => a.height - b.height);
}

/** The state below the first height to verify: the genesis, or what is stored there. */
async function startAt(build: Build, height: number): Promise<{ fold: MemoryFold; hashes: CollectionHashes }> {
  const { machine, schema } = build;
  if (height === anchorHeight(machine)) {
    const fold = await MemoryFold.open(machine, { undoBlocksMax: 1 });
    return { fold, hashes: await genesisRowHashes(build, fold) };
  }
  const hashes = (await readBlock(build, height))?.collectionHashes ?? null;
  if (hashes === null)
    throw new NotFound(`${schema} has no folded block at height ${height}, below the first one to verify`);
  const state: Record<string, readonly Row[]> = {};
  for (const history of historiesOf(build)) state[history.name] = await readRowsAt(history, height);
  const start = {
    height: toHeight(height),
    rows: state,
    collectionHashes: hashes,
    snapshots: storedSnapshots(build),
  };
  return { fold: MemoryFold.openAt(machine, start, { undoBlocksMax: 1 }), hashes };
}

/** A block's consensus hash from its stored ops hash and the hashes below it. */
async function verifySeal(seals: SnapshotView, block: StoredBlock): Promise<Disagreement[]> {
  const height = toHeight(block.height);
  const previous = await seals.previousOf(height);
  const computed = consensusHashOf(
    block.opsHash ?? '',
    previous.filter((hash) => hash !== null),
  );
  seals.add(height, computed);
  return computed === block.consensusHash
    ? []
    : [{ height, what: 'consensus hash', stored: String(block.consensusHash), computed }];
}

function gap(expected: number, found: number): Disagreement {
  return { height: expected, what: 'blocks', stored: `next is ${found}`, computed: `block ${expected} is missing` };
}

async function verifyBlock(
  machine: AnyStateMachine,
  fold: MemoryFold | null,
  block: StoredBlock,
  step: Step,
  rowHashes: CollectionHashes,
): Promise<Disagreement[]> {
  const { height } = block;
  const found: Disagreement[] = [];
  const compare = (what: string, stored: string | null, computed: string): void => {
    if (stored !== computed) found.push({ height, what, stored: String(stored), computed });
  };
  const stored = step.operations.get(height) ?? [];
  compare('operations (count)', String(block.operationCount), String(stored.length));
  compare('operations (digest)', block.digest, operationsDigest(stored.map(({ event }) => event)));
  compare(
    'transitions',
    block.opsHash,
    opsHash((step.transitions.get(height) ?? []).map(({ serialized }) => serialized)),
  );
  const events: OperationEvent[] = [];
  for (const [i, { event }] of stored.entries()) {
    const decoded = decodeEvent(event);
    if (decoded.kind === 'event' && decoded.event.type === 'operation') events.push(decoded.event);
    else compare(`operation ${i}`, 'not an operation event', 'an operation event');
  }
  if (fold !== null && events.length === stored.length) {
    const folded = await fold.connect({
      height: toHeight(height),
      hash: block.hash,
      previousHash: block.previousHash,
      time: block.time,
      operations: events,
    });
    if (folded !== null) {
      for (const [i, { verdict }] of folded.outcomes.entries()) {
        compare(`verdict of operation ${i}`, stored[i]?.verdict ?? '', verdict.kind);
        if (verdict.kind !== 'accepted') compare(`reason of operation ${i}`, stored[i]?.code ?? '', verdict.code);
      }
      compare('ops hash', block.opsHash, folded.opsHash);
      compare('consensus hash', block.consensusHash, folded.consensusHash);
      compare('changes hash', block.changesHash, folded.changesHash);
      found.push(...differing(machine, height, folded.collectionHashes, rowHashes));
    }
  }
  compare('changes hash of the rows', block.changesHash, changesHash(rowHashes));
  return found;
}

function differing(
  machine: AnyStateMachine,
  height: number,
  computed: CollectionHashes,
  ofRows: CollectionHashes,
): Disagreement[] {
  return Object.keys(machine.collections).flatMap((name) =>
    computed[name] === ofRows[name]
      ? []
      : [{ height, what: `rows of ${name}`, stored: ofRows[name] ?? '', computed: computed[name] ?? '' }],
  );
}

function nextRowHashes(
  machine: AnyStateMachine,
  height: number,
  previous: CollectionHashes,
  changes: readonly RowChange[],
): CollectionHashes {
  const collections = machine.collections as Readonly<Record<string, Collection>>;
  return Object.fromEntries(
    Object.entries(collections).map(([name, collection]) => {
      const ours = changes.filter((change) => change.collection === name);
      return [name, nextCollectionHash(previous[name] ?? '', height, collection, ours)];
    }),
  );
}

async function genesisRowHashes(build: Build, fold: MemoryFold): Promise<CollectionHashes> {
  const { machine } = build;
  const anchor = anchorHeight(machine);
  const changes = (await readChanges(build, -1, anchor)).get(anchor) ?? [];
  if (changes.length === 0 && Object.values(fold.collectionHashes).every((hash) => hash === '00'.repeat(32)))
    return fold.collectionHashes;
  return nextRowHashes(
    machine,
    anchor,
    Object.fromEntries(Object.keys(machine.collections).map((name) => [name, '00'.repeat(32)])),
    changes,
  );
}
