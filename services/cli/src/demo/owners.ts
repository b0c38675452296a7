import { allRows, type Row } from '@virtualchain/machine';
import { type Registry, readerOf } from '@virtualchain/projection';
import { paint, table } from '../output.ts';
import { PEOPLE, valueHashOf } from './acts.ts';
import { instanceOf } from './deployment.ts';
import type { People } from './people.ts';
import { BEFORE_FORK, RETRACTED, WINNING } from './script.ts';

/** What a newcomer wants to see of a branch, read from Postgres. */
export interface Picture {
  readonly height: number;
  readonly consensusHash: string;
  readonly names: readonly Row[];
  /** Of `activity`: one row a sender. */
  readonly senders: readonly Row[];
}

export async function takePicture(registry: Registry): Promise<Picture> {
  const [bns, activity] = [await instanceOf('bns'), await instanceOf('activity')];
  const picture = await readerOf(registry, bns).read('tip', async (reading) => ({
    height: reading.height,
    consensusHash: (await reading.block(reading.height))?.consensusHash ?? '-',
    names: await allRows(reading, 'names'),
  }));
  const senders = await readerOf(registry, activity).read('tip', (reading) => allRows(reading, 'senders'));
  return { ...picture, senders };
}

/** Who owns which name on both branches, and what `activity` counted of the same topic. */
export function sideBySide(before: Picture, after: Picture, people: People): string {
  const names = [...new Set([...before.names, ...after.names].map(({ name }) => String(name)))].sort();
  const owners = names.map((name) => {
    const [was, is] = [before, after].map((picture) => picture.names.find((row) => row['name'] === name));
    const [ownerBefore, owner] = [ownerOf(was, people), ownerOf(is, people)];
    return [name, ownerBefore, owner, textOf(is), ownerBefore === owner ? '' : '<- another owner'];
  });
  const counts = PEOPLE.map((person) => {
    const [was, is] = [before, after].map(({ senders }) => senders.find((row) => isOf(row, people.scriptOf(person))));
    return [person, ...[was?.['operations'], is?.['operations'], is?.['fees']].map((value) => Number(value ?? 0))];
  });
  return [
    paint.bold('bns: who owns what'),
    `block ${before.height} was sealed with the consensus hash ${before.consensusHash}, block ${after.height}' with ${after.consensusHash}`,
    table(['name', `block ${before.height}`, `block ${after.height}'`, 'value now', ''], owners),
    '',
    paint.bold('activity, from the same topic: operations sent, refused ones included'),
    table(['sender', `block ${before.height}`, `block ${after.height}'`, 'satoshis of fees now'], counts),
  ].join('\n');
}

function ownerOf(row: Row | undefined, { nameOf }: People): string {
  if (row === undefined) return 'nobody';
  return row['revoked'] === true ? 'revoked' : nameOf(String(row['sender']));
}

const TEXTS: ReadonlyMap<unknown, string> = new Map(
  [BEFORE_FORK, RETRACTED, WINNING]
    .flat(2)
    .flatMap(({ value }) => (value === undefined ? [] : [[valueHashOf(value), value]])),
);

/** The chain has hashes only; the script knows what they are of. */
function textOf(row: Row | undefined): string {
  return TEXTS.get(row?.['value_hash']) ?? '';
}

function isOf({ script }: Row, hex: string): boolean {
  return script instanceof Uint8Array && Buffer.from(script).toString('hex') === hex;
}
