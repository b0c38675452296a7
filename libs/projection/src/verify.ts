import { blockHash, height as toHeight } from '@virtualchain/bitcoin';
import {
  type AnyStateMachine,
  anchorHeight,
  type Collection,
  type CollectionHashes,
  changesHash,
  encodeTuple,
  MemoryFold,
  nextCollectionHash,
  opsHash,
  type Row,
  type RowChange,
} from '@virtualchain/machine';
import { decodeEvent, type OperationEvent, operationsDigest } from '@virtualchain/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type Db, dbOf, orDatabaseError } from './database.ts';
import type { PostgresProjection } from './postgres-projection.ts';
import { rowFromSql } from './sql-columns.ts';
import { collectionTable } from './tables.ts';

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
  /** Verify up to this height; the newest by default. */
  readonly to?: number;
}

const BLOCKS_PER_STEP = 200;

interface StoredBlock {
  readonly height: number;
  readonly hash: string;
  readonly previous_hash: string;
  readonly time: string;
  readonly ops_hash: string;
  readonly consensus_hash: string;
  readonly changes_hash: string;
  readonly collection_hashes: CollectionHashes;
  readonly digest: string;
  readonly operation_count: number;
}

/**
 * Recomputes every hash of a projection twice: by folding the stored operations again on memory, and from the stored
 * transitions and history rows. Stops at the first height that disagrees, and says all that differs there. One snapshot
 * of the database is read, so a projector may go on meanwhile.
 */
export async function verifyProjection(projection: PostgresProjection, options: VerifyOptions = {}): Promise<Verified> {
  const { machine, schema, orm } = projection;
  return orDatabaseError(() =>
    orm.em.fork().transactional(
      async (em) => {
        const db = dbOf(em as Parameters<typeof dbOf>[0]);
        return verifyIn(db, schema, machine, options);
      },
      { isolationLevel: 'repeatable read' as never, readOnly: true },
    ),
  );
}

async function verifyIn(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  { onProgress, to: limit }: VerifyOptions,
): Promise<Verified> {
  const anchor = anchorHeight(machine);
  const { rows } = await sql<{
    top: number | null;
  }>`select max(height) as top from ${sql.table(`${schema}.blocks`)}`.execute(db);
  const to = Math.min(rows[0]?.top ?? anchor, limit ?? Number.POSITIVE_INFINITY);
  const fold = await MemoryFold.open(machine, { undoBlocksMax: 0 });
  let rowHashes: CollectionHashes = await genesisRowHashes(db, schema, machine, fold);
  const disagreements: Disagreement[] = [];
  const genesis = differing(machine, anchor, fold.collectionHashes, rowHashes);
  if (genesis.length > 0) return { from: anchor, to, blocks: 0, operations: 0, disagreements: genesis };
  let operations = 0;
  let expected = anchor + 1;
  for (let from = anchor + 1; from <= to; from += BLOCKS_PER_STEP) {
    const upTo = Math.min(to, from + BLOCKS_PER_STEP - 1);
    const step = await readStep(db, schema, machine, from, upTo);
    for (const block of step.blocks) {
      if (block.height !== expected)
        return {
          from: anchor + 1,
          to,
          blocks: expected - anchor - 1,
          operations,
          disagreements: [gap(expected, block.height)],
        };
      rowHashes = nextRowHashes(machine, block.height, rowHashes, step.changes.get(block.height) ?? []);
      disagreements.push(...(await verifyBlock(machine, fold, block, step, rowHashes)));
      operations += step.operations.get(block.height)?.length ?? 0;
      if (disagreements.length > 0)
        return { from: anchor + 1, to, blocks: block.height - anchor, operations, disagreements };
      expected++;
    }
    onProgress?.(upTo, to);
  }
  if (expected <= to) disagreements.push(gap(expected, to));
  return { from: anchor + 1, to, blocks: expected - anchor - 1, operations, disagreements };
}

function gap(expected: number, found: number): Disagreement {
  return { height: expected, what: 'blocks', stored: `next is ${found}`, computed: `block ${expected} is missing` };
}

interface Step {
  readonly blocks: readonly StoredBlock[];
  readonly operations: ReadonlyMap<number, readonly StoredOperation[]>;
  readonly transitions: ReadonlyMap<number, readonly Uint8Array[]>;
  readonly changes: ReadonlyMap<number, readonly RowChange[]>;
}

interface StoredOperation {
  readonly verdict: string;
  readonly code: string | null;
  readonly event: Uint8Array;
}

async function verifyBlock(
  machine: AnyStateMachine,
  fold: MemoryFold,
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
  if (events.length === stored.length) {
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

async function readStep(db: Db, schema: string, machine: AnyStateMachine, from: number, to: number): Promise<Step> {
  const all = async <Found>(
    table: string,
    columns: string,
    order: string,
  ): Promise<readonly (Found & { readonly height: number })[]> => {
    const query: RawBuilder<Found & { readonly height: number }> =
      sql`select ${sql.raw(columns)} from ${sql.table(`${schema}.${table}`)}
      where height between ${from} and ${to} order by ${sql.raw(order)}`;
    return (await query.execute(db)).rows;
  };
  const blocks = await all<StoredBlock>('blocks', '*', 'height');
  const operations = await all<StoredOperation>('operations', 'height, verdict, code, event', 'height, position');
  const transitions = await all<{ serialized: Uint8Array }>('transitions', 'height, serialized', 'height, vtxindex');
  const serialized = Map.groupBy(transitions, ({ height }) => height);
  return {
    blocks,
    operations: Map.groupBy(operations, ({ height }) => height),
    transitions: new Map(
      [...serialized].map(([height, rows]) => [height, rows.map((row) => new Uint8Array(row.serialized))]),
    ),
    changes: await readChanges(db, schema, machine, from, to),
  };
}

/** What the history rows say was changed at each height from `from` to `to`. */
async function readChanges(
  db: Db,
  schema: string,
  machine: AnyStateMachine,
  from: number,
  to: number,
): Promise<ReadonlyMap<number, RowChange[]>> {
  const byHeight = new Map<number, RowChange[]>();
  for (const [name, collection] of Object.entries(machine.collections as Readonly<Record<string, Collection>>)) {
    const table = sql.table(`${schema}.${collectionTable(name)}`);
    const began = await sql<
      Record<string, unknown>
    >`select * from ${table} where valid_from between ${from} and ${to}`.execute(db);
    const ended = await sql<
      Record<string, unknown>
    >`select * from ${table} where valid_to between ${from} and ${to}`.execute(db);
    const changes = new Map<string, RowChange & { at: number }>();
    const keyOf = (row: Row): string => encodeTuple(collection.columns, collection.key, row);
    for (const raw of ended.rows) {
      const row = rowFromSql(collection.columns, raw);
      const at = Number(raw['valid_to']);
      changes.set(`${at} ${keyOf(row)}`, { collection: name, key: keyOf(row), before: row, after: null, at });
    }
    for (const raw of began.rows) {
      const row = rowFromSql(collection.columns, raw);
      const at = Number(raw['valid_from']);
      const id = `${at} ${keyOf(row)}`;
      changes.set(id, { collection: name, key: keyOf(row), before: changes.get(id)?.before ?? null, after: row, at });
    }
    for (const { at, ...change } of changes.values()) {
      const list = byHeight.get(at) ?? [];
      list.push(change);
      byHeight.set(at, list);
    }
  }
  return byHeight;
}
