import { zstdDecompressSync } from 'node:zlib';
import {
  type AnyStateMachine,
  type BlockSteps,
  type CanonicalValue,
  type Collection,
  canonicalKeyJson,
  canonicalRowJson,
  type Row,
  type RowChange,
} from '@virtualchain/machine';
import { compressed } from '../compressed.ts';

/** A row as JSON has it, by column name. */
export type JsonRow = Readonly<Record<string, CanonicalValue>>;

/** What became of one row: as it was and as it is then, null where there is none. */
export interface FeedChange {
  readonly collection: string;
  /** The values of the key's columns, in their order. */
  readonly key: readonly CanonicalValue[];
  readonly before: JsonRow | null;
  readonly after: JsonRow | null;
}

/** By the steps of a block: 0 is its opening, then its operations, then its closing. What changed nothing is left out. */
export type StepChanges = ReadonlyMap<number, readonly FeedChange[]>;

/** Null for a block that changed nothing. Compressed beside the main thread. */
export async function packChanges(machine: AnyStateMachine, steps: BlockSteps): Promise<Uint8Array | null> {
  const text = changesText(machine, steps);
  return text === null ? null : compressed(text);
}

/** What is packed: JSON, which is the same for the same changes. */
export function changesText(machine: AnyStateMachine, steps: BlockSteps): string | null {
  const texts = changeTexts(machine);
  const all = [steps.opened, ...steps.operations, steps.closed];
  const told = all.flatMap((changes, step) => (changes.length === 0 ? [] : [`[${step},[${texts(changes)}]]`]));
  return told.length === 0 ? null : `[${told.join(',')}]`;
}

/** Writes changes as JSON. What one step leaves is what a later one of the block finds: a row is written once. */
function changeTexts({ collections }: AnyStateMachine): (changes: readonly RowChange[]) => string {
  const written = new Map<Row, string>();
  const textOf = (collection: Collection, row: Row | null): string => {
    if (row === null) return 'null';
    const text = written.get(row) ?? canonicalRowJson(collection, row);
    written.set(row, text);
    return text;
  };
  return (changes) =>
    changes
      .map(({ collection: name, before, after }) => {
        const collection = collections[name] as Collection;
        const key = canonicalKeyJson(collection, (after ?? before) as Row);
        const rows = `"before":${textOf(collection, before)},"after":${textOf(collection, after)}`;
        return `{"collection":${JSON.stringify(name)},"key":${key},${rows}}`;
      })
      .join();
}

export function unpackChanges(packed: Uint8Array | null): StepChanges {
  if (packed === null) return new Map();
  return new Map(JSON.parse(zstdDecompressSync(packed).toString('utf8')) as [number, FeedChange[]][]);
}

/** Changes as an entry of a feed has them. */
export function feedChanges(machine: AnyStateMachine, changes: readonly RowChange[]): FeedChange[] {
  return JSON.parse(`[${changeTexts(machine)(changes)}]`) as FeedChange[];
}

/** What takes a block back: each row that it left different, as it was before. */
export function inverseOf(steps: StepChanges): FeedChange[] {
  const net = new Map<string, FeedChange>();
  for (const change of [...steps].sort(([a], [b]) => a - b).flatMap(([, changes]) => changes)) {
    const id = JSON.stringify([change.collection, change.key]);
    net.set(id, { ...change, before: change.after, after: (net.get(id) ?? { after: change.before }).after });
  }
  return [...net.values()].filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
}
