import { bytesToHex } from '@virtualchain/bitcoin';
import { canonicalJson, canonicalKey, canonicalRow } from '@virtualchain/machine';
import type { PostgresProjection } from '../advance/postgres-projection.ts';
import type { StoredHashes } from '../build/blocks.ts';
import { type History, historiesOf, readVersions } from '../build/collection-history.ts';
import { beganOrEndedAt } from '../build/conditions.ts';
import { orDatabaseError } from '../build/database/database.ts';
import { readOperations } from '../build/operations.ts';
import { readTransitions } from '../build/transitions.ts';
import { readHashes } from '../read/hashes.ts';

/** The first place where two operators' projections of one machine differ. */
export interface Divergence {
  readonly height: number;
  /** What differs first: the block itself, then the hashes from the widest meaning to the narrowest. */
  readonly by: 'block' | 'consensus hash' | 'ops hash' | 'changes hash';
  readonly a: string;
  readonly b: string;
  /** The operation, transition or row that makes the difference; null when the blocks themselves differ. */
  readonly first: { readonly what: string; readonly a: string; readonly b: string } | null;
}

/**
 * Finds where two projections part: the first height whose block, consensus hash, ops hash or changes hash differs, and
 * there the first operation or row. Null when all that both have is the same.
 */
export async function findDivergence(a: PostgresProjection, b: PostgresProjection): Promise<Divergence | null> {
  const [ours, theirs] = [await readHashes(a), new Map((await readHashes(b)).map((block) => [block.height, block]))];
  for (const block of ours) {
    const other = theirs.get(block.height);
    if (other === undefined) continue;
    const by = differing(block, other);
    if (by === null) continue;
    const [, name] = by;
    const place = by[0] === 'block' ? null : await firstDifference(a, b, block.height);
    return { height: block.height, by: by[0], a: String(block[name]), b: String(other[name]), first: place };
  }
  return null;
}

const MEANINGS = [
  ['block', 'hash'],
  ['consensus hash', 'consensusHash'],
  ['ops hash', 'opsHash'],
  ['changes hash', 'changesHash'],
] as const;

function differing(a: StoredHashes, b: StoredHashes): (typeof MEANINGS)[number] | null {
  return MEANINGS.find(([, name]) => a[name] !== b[name]) ?? null;
}

async function firstDifference(
  a: PostgresProjection,
  b: PostgresProjection,
  height: number,
): Promise<Divergence['first']> {
  const [ours, theirs] = await Promise.all([a, b].map((projection) => whatHappenedAt(projection, height)));
  for (const what of new Set([...(ours?.keys() ?? []), ...(theirs?.keys() ?? [])])) {
    const [left, right] = [ours?.get(what) ?? 'nothing', theirs?.get(what) ?? 'nothing'];
    if (left !== right) return { what, a: left, b: right };
  }
  return null;
}

/** Everything a block did, in the order it is compared: verdicts, transitions, rows. */
async function whatHappenedAt({ build }: PostgresProjection, height: number): Promise<ReadonlyMap<string, string>> {
  return orDatabaseError(async () => {
    const happened = new Map<string, string>();
    for (const { position, txid, verdict, code } of await readOperations(build, height, height)) {
      happened.set(`operation ${position} (${txid})`, [verdict, code].filter(Boolean).join(' '));
    }
    for (const { vtxindex, serialized } of await readTransitions(build, height, height)) {
      happened.set(`transition ${vtxindex}`, bytesToHex(serialized));
    }
    for (const history of historiesOf(build)) await addRows(history, height, happened);
    return happened;
  });
}

async function addRows(history: History, height: number, happened: Map<string, string>): Promise<void> {
  const { name, collection } = history;
  const versions = await readVersions(history, { where: beganOrEndedAt(height), order: ['valid_from'] });
  for (const { row, validFrom } of versions) {
    const what = `row of ${name} ${canonicalJson(canonicalKey(collection, row))}`;
    if (validFrom === height) happened.set(what, canonicalJson(canonicalRow(collection, row)));
    else if (!happened.has(what)) happened.set(what, 'deleted');
  }
}
