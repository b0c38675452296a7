import type { Row } from '@virtualchain/machine';
import { openProjection, readHashes, readRows } from '@virtualchain/projection';
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

export async function takePicture(postgresUrl: string): Promise<Picture> {
  await using bns = await openProjection(postgresUrl, await instanceOf('bns'));
  await using activity = await openProjection(postgresUrl, await instanceOf('activity'));
  const tip = (await readHashes(bns)).at(-1);
  return {
    height: tip?.height ?? 0,
    consensusHash: tip?.consensusHash ?? '-',
    names: await readRows(bns, 'names'),
    senders: await readRows(activity, 'senders'),
  };
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
