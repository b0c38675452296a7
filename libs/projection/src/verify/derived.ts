import type { AnyStateMachine, FoldedBlock } from '@virtualchain/machine';
import { type Build, LAYOUT, on } from '../build/build.ts';
import { changesJson, packedText } from '../build/feed/changes.ts';
import { StoredFeed } from '../build/feed/feed.ts';
import { reasonText, StoredOperations } from '../build/operations.ts';
import { partiesAt, StoredParties } from '../build/parties.ts';
import { compareAt, type Disagreement } from './verified.ts';

/** What a build keeps of blocks for those who ask and follow, and no hash covers; by height. */
export interface Derived {
  /** Of each operation: why it was refused, which keys it wrote, the number of its first sender. */
  readonly operations: ReadonlyMap<number, readonly DerivedOperation[]>;
  /** Of further senders and outputs. */
  readonly parties: ReadonlyMap<number, readonly Party[]>;
  /** What the feed tells of the steps of a block, JSON; null where nothing changed. The feed has no block of a snapshot file. */
  readonly changes: ReadonlyMap<number, string | null>;
}

interface DerivedOperation {
  readonly reason: string | null;
  readonly keys: string;
  readonly party: number | null;
}

interface Party {
  readonly position: number;
  readonly party: number;
}

/** Null for a build of another layout, which has not all of it. */
export async function readDerived(build: Build, from: number, to: number): Promise<Derived | null> {
  if (build.layout !== LAYOUT) return null;
  const operations = await on(build, StoredOperations)
    .selectFrom('stored_operations')
    .select(['height', 'party', 'reason', 'changed_keys'])
    .where('height', '>=', from)
    .where('height', '<=', to)
    .orderBy('height')
    .orderBy('position')
    .execute();
  const parties = await on(build, StoredParties)
    .selectFrom('stored_parties')
    .select(['height', 'position', 'party'])
    .where('height', '>=', from)
    .where('height', '<=', to)
    .execute();
  const feed = await on(build, StoredFeed)
    .selectFrom('stored_feed')
    .select(['height', 'changes'])
    .where('height', '>=', from)
    .where('height', '<=', to)
    .where('kind', '=', 'connected')
    .where('verdicts', 'is', null)
    .execute();
  const told = operations.map(({ height, reason, changed_keys, party }) => ({
    height,
    reason: reason === null ? null : JSON.stringify(reason),
    keys: changed_keys,
    party,
  }));
  return {
    operations: Map.groupBy(told, ({ height }) => height),
    parties: Map.groupBy(parties, ({ height }) => height),
    changes: new Map(feed.map(({ height, changes }) => [height, changes === null ? null : unpackedText(changes)])),
  };
}

/** What disagrees between what a block did and what is kept for readers. */
export function compareDerived(machine: AnyStateMachine, folded: FoldedBlock, stored: Derived): Disagreement[] {
  const { height } = folded.block;
  const operations = stored.operations.get(height) ?? [];
  const computed = folded.outcomes.map(({ event }) => partiesAt(event));
  const ofOperations = folded.outcomes.flatMap(({ verdict, changedKeys }, i) =>
    compareAt(height, [
      [`reason of operation ${i}`, operations[i]?.reason ?? '', reasonText(verdict) ?? ''],
      [`changed keys of operation ${i}`, operations[i]?.keys, JSON.stringify(changedKeys)],
      [`first sender of operation ${i}`, String(operations[i]?.party), String(computed[i]?.first)],
    ]),
  );
  const others = computed.flatMap(({ position, others }) => [...others].map((party) => ({ position, party })));
  const parties = compareAt(height, [
    ['senders and outputs', partiesText(stored.parties.get(height) ?? []), partiesText(others)],
  ]);
  const changes = stored.changes.get(height);
  if (changes === undefined || folded.steps === null) return [...ofOperations, ...parties];
  const json = changesJson(machine, folded.steps);
  const told = json === null ? null : new TextDecoder().decode(json);
  return [
    ...ofOperations,
    ...parties,
    ...compareAt(height, [['changes of the feed', changes ?? 'none', told ?? 'none']]),
  ];
}

function partiesText(parties: readonly Party[]): string {
  return parties
    .toSorted((a, b) => a.position - b.position || a.party - b.party)
    .map(({ position, party }) => `${position}:${party}`)
    .join(' ');
}

function unpackedText(changes: Uint8Array): string {
  try {
    return packedText(changes);
  } catch (error) {
    return `unreadable: ${error instanceof Error ? error.message : String(error)}`;
  }
}
