import { blockHash, height as toHeight } from '@virtualchain/bitcoin';
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
import { sql } from 'kysely';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import { type Db, inSnapshot } from '../build/database.ts';
import { rowFromSql } from '../build/sql-columns.ts';
import { collectionTable } from '../build/tables.ts';
import { NotFound } from '../errors.ts';
import { VERIFIED_BLOCKS_PER_STEP_MAX } from '../limits.ts';
import { snapshotSource } from '../snapshot/snapshot-source.ts';
import { misplacedFrom, readChanges, readStep, type Step, type StoredBlock } from './verify-read.ts';

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
  const { machine, schema, orm } = projection;
  return inSnapshot(orm, (db) => verifyIn(db, schema, machine, options));
}

export async function verifyIn(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  options: VerifyOptions,
): Promise<Verified> {
  const { onProgress, to: limit, trust = new Map<number, string>(), refold = true } = options;
  const anchor = anchorHeight(machine);
  const { rows } = await sql<{
    top: number | null;
  }>`select max(height) as top from ${sql.table(`${schema}.blocks`)}`.execute(db);
  const top = rows[0]?.top ?? anchor;
  const to = Math.min(top, limit ?? Number.POSITIVE_INFINITY);
  const first = Math.max(options.from ?? 0, anchor + 1);
  for (const height of trust.keys()) {
    if (height < first || height > to)
      throw new NotFound(`${schema}: the trusted height ${height} is not among the heights ${first} to ${to}`);
  }
  const { fold, hashes } = await startAt(db, schema, machine, first - 1);
  const seals = new SnapshotView(
    machine,
    snapshotSource(() => db, schema),
  );
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
    const step = await readStep(db, schema, machine, from, upTo);
    for (const block of step.blocks) {
      if (block.height !== expected) return answer([gap(expected, block.height)]);
      rowHashes = nextRowHashes(machine, block.height, rowHashes, step.changes.get(block.height) ?? []);
      const found = await verifyBlock(machine, refold ? fold : null, block, step, rowHashes);
      const trusted = trust.get(block.height);
      if (trusted !== undefined && trusted !== block.consensus_hash) {
        found.push({
          height: block.height,
          what: 'trusted consensus hash',
          stored: String(block.consensus_hash),
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
  return answer(expected <= to ? [gap(expected, to)] : await misplaced(db, schema, machine, top, to));
}

async function misplaced(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  top: number,
  to: number,
): Promise<Disagreement[]> {
  const found: Disagreement[] = [];
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
    const height = await misplacedFrom(db, schema, name, collection, top);
    if (height !== null && height <= to)
      found.push({
        height,
        what: `rows of ${name}`,
        stored: 'heights that do not fit together',
        computed: 'one row a key',
      });
  }
  return found.sort((a, b) => a.height - b.height);
}

/** The state below the first height to verify: the genesis, or what is stored there. */
async function startAt(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  height: number,
): Promise<{ fold: MemoryFold; hashes: CollectionHashes }> {
  if (height === anchorHeight(machine)) {
    const fold = await MemoryFold.open(machine, { undoBlocksMax: 1 });
    return { fold, hashes: await genesisRowHashes(db, schema, machine, fold) };
  }
  const blocks = sql.table(`${schema}.blocks`);
  const { rows } = await sql<{
    collection_hashes: CollectionHashes | null;
  }>`select collection_hashes from ${blocks} where height = ${height}`.execute(db);
  const hashes = rows[0]?.collection_hashes;
  if (!hashes) throw new NotFound(`${schema} has no folded block at height ${height}, below the first one to verify`);
  const state: Record<string, readonly Row[]> = {};
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
    const found = await sql<Record<string, unknown>>`select * from ${sql.table(`${schema}.${collectionTable(name)}`)}
      where valid_from <= ${height} and (valid_to is null or valid_to > ${height})`.execute(db);
    state[name] = found.rows.map((row) => rowFromSql(collection.columns, row));
  }
  const start = {
    height: toHeight(height),
    rows: state,
    collectionHashes: hashes,
    snapshots: snapshotSource(() => db, schema),
  };
  return { fold: MemoryFold.openAt(machine, start, { undoBlocksMax: 1 }), hashes };
}

/** A block's consensus hash from its stored ops hash and the hashes below it. */
async function verifySeal(seals: SnapshotView, block: StoredBlock): Promise<Disagreement[]> {
  const height = toHeight(block.height);
  const previous = await seals.previousOf(height);
  const computed = consensusHashOf(
    block.ops_hash,
    previous.filter((hash) => hash !== null),
  );
  seals.add(height, computed);
  return computed === block.consensus_hash
    ? []
    : [{ height, what: 'consensus hash', stored: block.consensus_hash, computed }];
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
  const compare = (what: string, stored: string, computed: string): void => {
    if (stored !== computed) found.push({ height, what, stored, computed });
  };
  const stored = step.operations.get(height) ?? [];
  compare('operations (count)', String(block.operation_count), String(stored.length));
  compare('operations (digest)', block.digest, operationsDigest(stored.map(({ event }) => event)));
  compare('transitions', block.ops_hash, opsHash(step.transitions.get(height) ?? []));
  const events: OperationEvent[] = [];
  for (const [i, { event }] of stored.entries()) {
    const decoded = decodeEvent(event);
    if (decoded.kind === 'event' && decoded.event.type === 'operation') events.push(decoded.event);
    else compare(`operation ${i}`, 'not an operation event', 'an operation event');
  }
  if (fold !== null && events.length === stored.length) {
    const folded = await fold.connect({
      height: toHeight(height),
      hash: blockHash(block.hash),
      previousHash: blockHash(block.previous_hash),
      time: Number(block.time),
      operations: events,
    });
    if (folded !== null) {
      for (const [i, { verdict }] of folded.outcomes.entries()) {
        compare(`verdict of operation ${i}`, stored[i]?.verdict ?? '', verdict.kind);
        if (verdict.kind !== 'accepted') compare(`reason of operation ${i}`, stored[i]?.code ?? '', verdict.code);
      }
      compare('ops hash', block.ops_hash, folded.opsHash);
      compare('consensus hash', block.consensus_hash, folded.consensusHash);
      compare('changes hash', block.changes_hash, folded.changesHash);
      found.push(...differing(machine, height, folded.collectionHashes, rowHashes));
    }
  }
  compare('changes hash of the rows', block.changes_hash, changesHash(rowHashes));
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

async function genesisRowHashes(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  fold: MemoryFold,
): Promise<CollectionHashes> {
  const anchor = anchorHeight(machine);
  const changes = (await readChanges(db, schema, machine, -1, anchor)).get(anchor) ?? [];
  if (changes.length === 0 && Object.values(fold.collectionHashes).every((hash) => hash === '00'.repeat(32)))
    return fold.collectionHashes;
  return nextRowHashes(
    machine,
    anchor,
    Object.fromEntries(Object.keys(machine.collections).map((name) => [name, '00'.repeat(32)])),
    changes,
  );
}
