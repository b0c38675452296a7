import type { BlockHash, Height } from '@virtualchain/bitcoin';
import { type OperationEvent, whatIsCut } from '@virtualchain/protocol';
import { MachineFaulted, SnapshotMismatch, SnapshotMissing } from './fold-errors.ts';
import type { CanonicalValue } from './hash/canonical-json.ts';
import {
  type CollectionHashes,
  changesHash,
  nextCollectionHashes,
  type RowChange,
  type ToldChanges,
  toldByCollection,
} from './hash/changes-hash.ts';
import { type ConsensusHash, consensusHashOf, type OpsHash, opsHash } from './hash/consensus-hash.ts';
import { Serializer } from './hash/serialize.ts';
import type { SnapshotView } from './snapshots.ts';
import { canonicalKey } from './state/row.ts';
import type { WorkingState } from './state/working-state.ts';
import type { AnyStateMachine, BlockContext, DecideContext } from './state-machine.ts';
import { type Ignored, ignored, type Transition, type Verdict } from './verdict.ts';

/** A whole block of the log, as the fold wants it. */
export interface FoldInput {
  readonly height: Height;
  readonly hash: BlockHash;
  readonly previousHash: BlockHash;
  readonly time: number;
  readonly operations: readonly OperationEvent[];
}

/** A transition as it is kept: its place among the block's, and the operation it came from (null: the block's close). */
export interface FoldedTransition {
  readonly vtxindex: number;
  readonly operationPosition: number | null;
  readonly opcode: number;
  readonly serialized: Uint8Array;
}

/** An operation, its verdict, and the rows that it wrote. */
export interface OperationOutcome {
  readonly event: OperationEvent;
  readonly verdict: Verdict;
  /** `[collection, key]` of every row that the operation wrote. */
  readonly changedKeys: readonly (readonly [string, readonly CanonicalValue[]])[];
}

/** Which rows each step of a block changed. One key may change in several: the row after one is that before the next. */
export interface BlockSteps {
  /** By `openBlock`, before any operation. */
  readonly opened: readonly RowChange[];
  /** By each operation, in their order; of one that was not accepted none. */
  readonly operations: readonly (readonly RowChange[])[];
  /** By `closeBlock`, after the operations. */
  readonly closed: readonly RowChange[];
  /** What the changes hash covers of the rows that the block left, by collection, which need not be told again. */
  readonly told: ReadonlyMap<string, ToldChanges>;
}

/** What else the fold is to tell. */
export interface FoldOptions {
  /** Also which step changed which rows. */
  readonly withSteps?: boolean;
}

/** All that a block did: what a projection stores, and what the oracle compares. */
export interface FoldedBlock {
  readonly block: BlockContext;
  readonly outcomes: readonly OperationOutcome[];
  readonly transitions: readonly FoldedTransition[];
  readonly changes: readonly RowChange[];
  readonly opsHash: OpsHash;
  readonly consensusHash: ConsensusHash;
  readonly collectionHashes: CollectionHashes;
  readonly changesHash: string;
  /** Null where nobody asked for them. */
  readonly steps: BlockSteps | null;
}

/** What a block is folded onto. */
export interface FoldTarget {
  readonly working: WorkingState;
  readonly snapshots: SnapshotView;
  /** C(h−1) of each collection. */
  readonly collectionHashes: CollectionHashes;
}

/** The code of operations that the log does not have in full. */
const OPERATION_CUT = 'OPERATION_CUT';

/** A block whose operations the machine has parsed: what the fold works on, and what a prefetch is told by. */
export interface ParsedBlock {
  readonly input: FoldInput;
  /** One for each operation: the machine's own form of it, or why it is ignored. */
  readonly parsed: readonly unknown[];
}

/**
 * Operations that the log has not in full are ignored before any parser sees them, by the log's own rule: whoever folds the
 * same chain ignores the same ones, whichever parts the events bear.
 *
 * @throws MachineFaulted when the parser, which has to be total, throws.
 */
export function parseBlock(machine: AnyStateMachine, input: FoldInput): ParsedBlock {
  const parsed = input.operations.map((event) => {
    const cut = whatIsCut(event);
    if (cut !== null) return ignored(OPERATION_CUT, cut);
    try {
      return machine.parse(event);
    } catch (error) {
      throw new MachineFaulted(machine.name, { hook: 'parse', height: input.height, at: event }, error);
    }
  });
  return { input, parsed };
}

/**
 * Folds one block: its operations in order on the working state, then its hashes.
 *
 * @throws MachineFaulted, SnapshotMissing, SnapshotMismatch. The working state is then of no use.
 */
export async function foldBlock(
  machine: AnyStateMachine,
  target: FoldTarget,
  { input, parsed }: ParsedBlock,
  { withSteps = false }: FoldOptions = {},
): Promise<FoldedBlock> {
  const { working, snapshots } = target;
  const block: BlockContext = {
    height: input.height,
    hash: input.hash,
    previousHash: input.previousHash,
    time: input.time,
  };
  const hook = hookCaller(machine, block.height);
  working.beginBlock();
  const operations = parsed.filter((op) => !isIgnored(op));
  const scan = await hook('openBlock', null, () => machine.openBlock?.(block, operations, working.state));
  const steps = withSteps ? new StepNotes(working) : null;
  const window = snapshots.windowOf(block.height);
  const context = { block, scan, accepted: [], window, snapshots };
  const { outcomes, visible } = await judge(machine, { working, steps }, { input, parsed }, context);
  steps?.closing();
  const closing = await hook('closeBlock', null, () => machine.closeBlock?.(block, working.state));
  for (const transition of closing ?? []) visible.push({ transition, operationPosition: null });
  const serializer = new Serializer();
  const transitions = await hook('hashedFields', null, () =>
    visible.map(({ transition, operationPosition }, vtxindex) => ({
      vtxindex,
      operationPosition,
      opcode: transition.opcode,
      serialized: serializeTransition(machine, transition, serializer),
    })),
  );
  const changes = working.blockChanges();
  const ops = opsHash(transitions.map(({ serialized }) => serialized));
  const sealed = await seal(machine, snapshots, block.height, ops);
  const told = toldByCollection(machine.collections, changes);
  const collectionHashes = nextCollectionHashes(target.collectionHashes, block.height, machine.collections, told);
  return {
    block,
    outcomes,
    transitions,
    changes,
    opsHash: ops,
    consensusHash: sealed,
    collectionHashes,
    changesHash: changesHash(collectionHashes),
    steps: steps?.all(told) ?? null,
  };
}

function keysSince(
  machine: AnyStateMachine,
  working: WorkingState,
  savepoint: number,
): OperationOutcome['changedKeys'] {
  return working.touchedSince(savepoint).map(({ collection, row }) => {
    return [collection, canonicalKey(machine.collections[collection], row)] as const;
  });
}

/** Takes down what each step of a block changed, right after it. */
class StepNotes {
  readonly #working: WorkingState;
  readonly #opened: readonly RowChange[];
  readonly #operations: (readonly RowChange[])[] = [];
  #closing = 0;

  /** Made after `openBlock`. */
  constructor(working: WorkingState) {
    this.#working = working;
    this.#opened = working.changesSince(0);
  }

  /** `savepoint` is where the operation began; null for one that reached no hook. */
  operation(savepoint: number | null): void {
    this.#operations.push(savepoint === null ? [] : this.#working.changesSince(savepoint));
  }

  closing(): void {
    this.#closing = this.#working.savepoint();
  }

  all(told: BlockSteps['told']): BlockSteps {
    const closed = this.#working.changesSince(this.#closing);
    return { opened: this.#opened, operations: this.#operations, closed, told };
  }
}

/** A transition of a block before its fields are serialised. */
interface VisibleTransition {
  readonly transition: Transition;
  readonly operationPosition: number | null;
}

/** Judges the operations of a block in order, and takes back what those wrote that were not accepted. */
async function judge(
  machine: AnyStateMachine,
  { working, steps }: { readonly working: WorkingState; readonly steps: StepNotes | null },
  { input, parsed }: ParsedBlock,
  context: DecideContext<unknown> & { readonly accepted: unknown[] },
) {
  const { operations } = input;
  const outcomes: OperationOutcome[] = [];
  const visible: VisibleTransition[] = [];
  for (let i = 0; i < operations.length; i++) {
    const event = operations[i] as OperationEvent;
    const op = parsed[i];
    if (isIgnored(op)) {
      outcomes.push({ event, verdict: op, changedKeys: [] });
      steps?.operation(null);
      continue;
    }
    const savepoint = working.savepoint();
    let verdict: Verdict;
    // Not by `hookCaller`: a block has one of everything else, and hundreds of this.
    try {
      verdict = checkVerdict(await machine.decide(op, context, working.state));
    } catch (error) {
      if (isStateFailure(error)) throw error;
      throw new MachineFaulted(machine.name, { hook: 'decide', height: context.block.height, at: event }, error);
    }
    if (verdict.kind === 'accepted') {
      context.accepted.push(op);
      for (const transition of verdict.transitions) visible.push({ transition, operationPosition: event.position });
    } else working.dropSince(savepoint);
    outcomes.push({ event, verdict, changedKeys: keysSince(machine, working, savepoint) });
    steps?.operation(savepoint);
  }
  return { outcomes, visible };
}

/** A stranger's machine may not be type-checked: what is no verdict is its bug, not ours. */
function checkVerdict(verdict: Verdict): Verdict {
  const { kind } = verdict;
  const isVerdict =
    kind === 'accepted'
      ? Array.isArray(verdict.transitions)
      : (kind === 'rejected' || kind === 'ignored') &&
        typeof verdict.code === 'string' &&
        typeof verdict.detail === 'string';
  if (!isVerdict) throw new TypeError(`${JSON.stringify(verdict)} is no verdict`);
  return verdict;
}

/** The consensus hash of a block, checked against the machine's expectation and added to the view. */
async function seal(
  machine: AnyStateMachine,
  snapshots: SnapshotView,
  height: Height,
  ops: OpsHash,
): Promise<ConsensusHash> {
  const previous = await snapshots.previousOf(height);
  const missing = previous.indexOf(null);
  if (missing >= 0) throw new SnapshotMissing(machine.name, height, height - (2 ** (missing + 1) - 1));
  const computed = consensusHashOf(ops, previous as readonly ConsensusHash[]);
  const expected = machine.expectedSnapshots?.get(height);
  if (expected !== undefined && expected !== computed)
    throw new SnapshotMismatch(machine.name, height, { expected, computed });
  snapshots.add(height, computed);
  return computed;
}

function serializeTransition(
  machine: AnyStateMachine,
  { opcode, fields }: Transition,
  serializer: Serializer,
): Uint8Array {
  const names = machine.hashedFields[opcode];
  if (names === undefined) throw new TypeError(`the opcode ${opcode} of a transition has no hashed fields`);
  return serializer.operation(opcode, names, fields);
}

export function isIgnored(op: unknown): op is Ignored {
  return typeof op === 'object' && op !== null && (op as { kind?: unknown }).kind === 'ignored';
}

/** Calls hooks; what they throw becomes a fault with its place. Foreseen failures of the state below pass through. */
function hookCaller(machine: AnyStateMachine, height: number) {
  return async <Result>(
    hook: string,
    event: OperationEvent | null,
    call: () => Result | Promise<Result>,
  ): Promise<Result> => {
    try {
      return await call();
    } catch (error) {
      if (isStateFailure(error)) throw error;
      throw new MachineFaulted(machine.name, { hook, height, at: event }, error);
    }
  };
}

/** The database below the state failed, not the machine: the error says so itself. */
export class StateUnavailable extends Error {
  override readonly name = 'StateUnavailable';
}

function isStateFailure(error: unknown): error is StateUnavailable {
  return error instanceof StateUnavailable;
}
