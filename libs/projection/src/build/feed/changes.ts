import {
  type AnyStateMachine,
  type BlockSteps,
  type CanonicalValue,
  type Collection,
  JsonBytes,
  type Row,
  type RowChange,
  type ToldChanges,
  toldJson,
  writeChange,
} from '@virtualchain/machine';
import { decompressed } from '../compressed.ts';

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

/**
 * What is kept of a block, before it is compressed: JSON, which is the same for the same changes, of `[step, changes]` for each
 * step that changed anything, and of each change `[collection, row before, [key, row after]]`, null for no row. Null for a block
 * that changed nothing.
 */
export function changesJson(machine: AnyStateMachine, steps: BlockSteps): Uint8Array | null {
  const json = new JsonBytes(roomFor(steps));
  const write = changesWriter(machine, steps.told, json);
  const step = (number: number, changes: readonly RowChange[]): void => {
    if (changes.length === 0) return;
    json.ascii(`${json.length === 0 ? '[' : ','}[${number},[`);
    write(changes);
    json.ascii(']]');
  };
  step(0, steps.opened);
  for (let i = 0; i < steps.operations.length; i++) step(i + 1, steps.operations[i] as readonly RowChange[]);
  step(steps.operations.length + 1, steps.closed);
  if (json.length === 0) return null;
  json.ascii(']');
  return json.taken();
}

/** Of most rows there was none before. */
function roomFor({ told, operations }: BlockSteps): number {
  let room = BYTES_PER_STEP * operations.length;
  for (const { bytes } of told.values()) room += bytes.length;
  return room;
}

const BYTES_PER_STEP = 96;

/** Writes changes as JSON. What the changes hash was told of a row is taken over, where the row is one that the block left. */
function changesWriter(
  { collections }: AnyStateMachine,
  told: BlockSteps['told'],
  json: JsonBytes,
): (changes: readonly RowChange[]) => void {
  const heads = new Map(Object.keys(collections).map((name) => [name, `[${JSON.stringify(name)},`]));
  const known = new Map([...told].map(([name, ours]) => [name, placesOf(ours)]));
  return (changes) => {
    for (let i = 0; i < changes.length; i++) {
      const change = changes[i] as RowChange;
      const { collection: name, before, after } = change;
      const collection = collections[name] as Collection;
      if (i > 0) json.ascii(',');
      json.ascii(heads.get(name) as string);
      if (before === null) json.ascii('null');
      else json.row(collection, before);
      json.ascii(',');
      const place = after === null ? undefined : known.get(name)?.get(after);
      if (place === undefined) writeChange(json, collection, change);
      else json.bytes(toldJson(told.get(name) as ToldChanges, place));
      json.ascii(']');
    }
  };
}

/** The places of the rows that are left, by themselves. */
function placesOf({ changes }: ToldChanges): ReadonlyMap<Row, number> {
  const places = new Map<Row, number>();
  for (let place = 0; place < changes.length; place++) {
    const { after } = changes[place] as RowChange;
    if (after !== null) places.set(after, place);
  }
  return places;
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

/** What was packed as it would be today: it compares with what `changesJson` makes. */
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

const decoder = new TextDecoder();
const OLD_FORM = /^\[\[\d+,\[\{/;

/** Changes as an entry of a feed has them. */
export function feedChanges(machine: AnyStateMachine, changes: readonly RowChange[]): FeedChange[] {
  const json = new JsonBytes();
  changesWriter(machine, new Map(), json)(changes);
  return (JSON.parse(`[${decoder.decode(json.taken())}]`) as PackedChange[]).map(unpacked);
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
