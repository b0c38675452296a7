import { deepStrictEqual, fail, ok } from 'node:assert/strict';
import { inspect } from 'node:util';
import { bytesToHex } from '@virtualchain/bitcoin';
import { type FoldedBlock, MemoryFold, type Row, type Verdict } from '@virtualchain/machine';
import { historyOf, type MachineUnderTest, type PlannedBlock, type PlannedOperation } from './history.ts';

/** Rows that a collection is to hold, by the collection's name; columns that are left out may hold anything. */
export type ExpectedRows = Readonly<Record<string, readonly Row[]>>;

/** A history that is so far. Nothing is folded before a `then…` is called. */
export interface Given {
  /** One more block. A block without operations is an empty one. */
  block(operations?: PlannedBlock): Given;
  /** An operation in a block of its own, on top of the history. */
  when(sender: string, opcode: string | number, payload: string | Uint8Array, more?: WhenOptions): When;
  /** Several operations in one block, on top of the history. */
  whenBlock(operations: PlannedBlock): WhenBlock;
}

/** What an operation may have beside sender, opcode and payload. */
export type WhenOptions = Omit<PlannedOperation, 'sender' | 'opcode' | 'payload'>;

/** A block of operations that is about to be judged. */
export interface WhenBlock {
  /** Of each operation in turn: `accepted`, or the code it was rejected or ignored with. */
  thenAnswers(verdicts: readonly string[], rows?: ExpectedRows): Promise<void>;
  /** The block as the machine folded it, for further questions. */
  folded(): Promise<FoldedBlock>;
}

/** An operation that is about to be judged. What a `then…` answers can be returned to any test runner. */
export interface When {
  thenAccepts(rows?: ExpectedRows): Promise<void>;
  /** `reason` is the verdict's code or its detail. */
  thenRejects(reason: string): Promise<void>;
  thenIgnores(reason: string): Promise<void>;
  /** The block that holds the operation as the machine folded it, for further questions. */
  folded(): Promise<FoldedBlock>;
}

/** Begins a history of a machine: `given(kv).block([…]).when('alice', '+', 'satoshi').thenRejects('NAME_TAKEN')`. */
export function given(subject: MachineUnderTest, history: readonly PlannedBlock[] = []): Given {
  return {
    block: (operations = []) => given(subject, [...history, operations]),
    when(sender, opcode, payload, more = {}) {
      const outcome = () => foldLast(subject, [...history, [{ sender, opcode, payload, ...more }]]);
      return {
        async thenAccepts(rows = {}) {
          const { fold, verdict } = await outcome();
          expectVerdict(verdict, 'accepted');
          expectRows(fold, rows);
        },
        async thenRejects(reason) {
          expectVerdict((await outcome()).verdict, 'rejected', reason);
        },
        async thenIgnores(reason) {
          expectVerdict((await outcome()).verdict, 'ignored', reason);
        },
        folded: async () => (await outcome()).block,
      };
    },
    whenBlock: (operations) => ({
      async thenAnswers(verdicts, rows = {}) {
        const { fold, block } = await foldLast(subject, [...history, operations]);
        const given = block.outcomes.map(({ verdict }) => (verdict.kind === 'accepted' ? 'accepted' : verdict.code));
        deepStrictEqual(given, verdicts, block.outcomes.map(({ verdict }) => describe(verdict)).join('\n'));
        expectRows(fold, rows);
      },
      folded: async () => (await foldLast(subject, [...history, operations])).block,
    }),
  };
}

async function foldLast(subject: MachineUnderTest, blocks: readonly PlannedBlock[]) {
  const fold = await MemoryFold.open(subject.machine);
  for (const input of historyOf(subject, blocks).inputs) await fold.connect(input);
  const block = fold.tip;
  const verdict = block?.outcomes.at(-1)?.verdict;
  if (block === null || verdict === undefined)
    return fail('the operation did not reach the machine: does the chain know its magic?');
  return { fold, block, verdict };
}

function expectVerdict(verdict: Verdict, kind: Verdict['kind'], reason?: string): void {
  if (verdict.kind !== kind) fail(`expected the operation to be ${kind}, it was ${describe(verdict)}`);
  if (verdict.kind === 'accepted' || reason === undefined) return;
  ok(
    verdict.code === reason || verdict.detail === reason,
    `expected the operation to be ${kind} with ${reason}, it was ${describe(verdict)}`,
  );
}

function describe(verdict: Verdict): string {
  return verdict.kind === 'accepted' ? 'accepted' : `${verdict.kind} with ${verdict.code}: ${verdict.detail}`;
}

function expectRows({ state }: MemoryFold, expected: ExpectedRows): void {
  for (const [collection, rows] of Object.entries(expected)) {
    const held = state.dump(collection);
    for (const row of rows) {
      if (held.some((candidate) => matches(candidate, row))) continue;
      if (held.length === 1) deepStrictEqual(project(held[0] as Row, row), row);
      fail(`${collection} has no row like ${inspect(row)}; it has ${inspect(held)}`);
    }
  }
}

function matches(held: Row, expected: Row): boolean {
  return Object.entries(expected).every(([column, value]) => comparable(held[column]) === comparable(value));
}

/** The columns of `held` that `expected` speaks of. */
function project(held: Row, expected: Row): Row {
  return Object.fromEntries(Object.keys(expected).map((column) => [column, held[column] ?? null]));
}

function comparable(value: unknown): string {
  return inspect(value instanceof Uint8Array ? bytesToHex(value) : value, { depth: null });
}
