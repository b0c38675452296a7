import {
  type AnyStateMachine,
  type BlockSteps,
  type CanonicalValue,
  type Collection,
  canonicalRowJson,
  changeText,
  type Row,
  type RowChange,
  type ToldChange,
} from '@virtualchain/machine';
import { compressed, decompressed } from '../compressed.ts';

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

/**
 * What is packed: JSON, which is the same for the same changes, of `[step, changes]` for each step that changed anything, and
 * of each change `[collection, row before, [key, row after]]`, null for no row.
 */
export function changesText(machine: AnyStateMachine, steps: BlockSteps): string | null {
  const texts = changeTexts(machine, steps.told);
  const all = [steps.opened, ...steps.operations, steps.closed];
  let text = '';
  for (const [step, changes] of all.entries()) {
    if (changes.length > 0) text += `${text === '' ? '[' : ','}[${step},[${texts(changes)}]]`;
  }
  return text === '' ? null : `${text}]`;
}

/** Writes changes as JSON. What the changes hash was told of a row is taken over, where the row is one that the block left. */
function changeTexts(
  { collections }: AnyStateMachine,
  told: readonly ToldChange[],
): (changes: readonly RowChange[]) => string {
  const known = new Map<Row, string>();
  for (const { change, text } of told) if (change.after !== null) known.set(change.after, text);
  const heads = new Map(Object.keys(collections).map((name) => [name, `[${JSON.stringify(name)},`]));
  return (changes) => {
    let texts = '';
    for (const change of changes) {
      const { collection: name, before, after } = change;
      const collection = collections[name] as Collection;
      const rowBefore = before === null ? 'null' : canonicalRowJson(collection, before);
      const keyAndRow = (after === null ? undefined : known.get(after)) ?? changeText(collection, change);
      texts += `${texts === '' ? '' : ','}${heads.get(name)}${rowBefore},${keyAndRow}]`;
    }
    return texts;
  };
}

type PackedChange = readonly [
  collection: string,
  before: JsonRow | null,
  keyAndRow: readonly [key: readonly CanonicalValue[], after: JsonRow | null],
];

/** As builds have them that were written first. */
const isOldForm = (change: PackedChange | FeedChange): change is FeedChange => !Array.isArray(change);

const unpacked = (change: PackedChange | FeedChange): FeedChange => {
  if (isOldForm(change)) return change;
  const [collection, before, [key, after]] = change;
  return { collection, key, before, after };
};

export function unpackChanges(packed: Uint8Array | null): StepChanges {
  if (packed === null) return new Map();
  const steps = JSON.parse(decompressed(packed).toString('utf8')) as [number, (PackedChange | FeedChange)[]][];
  return new Map(steps.map(([step, changes]) => [step, changes.map(unpacked)]));
}

/** What was packed as it would be today: it compares with what `changesText` makes. */
export function packedText(packed: Uint8Array): string {
  const text = decompressed(packed).toString('utf8');
  if (!OLD_FORM.test(text)) return text;
  const steps = JSON.parse(text) as [number, FeedChange[]][];
  return JSON.stringify(
    steps.map(([step, changes]) => [
      step,
      changes.map(({ collection, key, before, after }) => [collection, before, [key, after]]),
    ]),
  );
}

const OLD_FORM = /^\[\[\d+,\[\{/;

/** Changes as an entry of a feed has them. */
export function feedChanges(machine: AnyStateMachine, changes: readonly RowChange[]): FeedChange[] {
  return (JSON.parse(`[${changeTexts(machine, [])(changes)}]`) as PackedChange[]).map(unpacked);
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
