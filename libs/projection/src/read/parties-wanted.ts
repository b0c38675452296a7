import type { OperationFilter, OperationRecord } from '@virtualchain/machine';
import { type Filter, matchesFilter, parseFilter } from '@virtualchain/protocol';
import { type RawBuilder, sql } from 'kysely';
import { type BuildTables, nameOf } from '../build/build.ts';
import { StoredOperations } from '../build/operations.ts';
import { partyNumber, StoredParties } from '../build/parties.ts';

/** Whose operations are wanted. */
export interface PartiesWanted {
  /** What a record has to pass: numbers of parties may be those of others, too. */
  readonly filter: Filter;
  /** All of these have to be there; of each, any of its numbers. */
  readonly numbers: readonly (readonly number[])[];
}

/** Where to begin, at a first sender or at another party, and who has to be there as well. */
export interface PartyLook {
  readonly number: number;
  readonly isFirst: boolean;
  readonly others: readonly (readonly number[])[];
}

/** Null where operations of anybody are wanted. @throws FilterInvalid for what is neither address nor script */
export function partiesWanted({ sender, address }: OperationFilter): PartiesWanted | null {
  const given = Object.entries({ sender, address }).filter(([, value]) => value !== undefined);
  if (given.length === 0) return null;
  const terms = given.map(
    ([field, value]) => parseFilter(`${field}=${JSON.stringify(value)}`) as Extract<Filter, { kind: 'term' }>,
  );
  const numbers = terms.map(({ field, script }) => {
    const roles = field === 'sender' ? (['sender'] as const) : (['sender', 'output'] as const);
    return roles.map((role) => partyNumber(script ?? '', role));
  });
  return { filter: { kind: 'and', parts: terms }, numbers };
}

/** The operations `o` of a party, and the condition that there is no other. */
export function ofParty(
  build: BuildTables,
  { number, isFirst, others }: PartyLook,
  before: Before,
): { readonly from: RawBuilder<unknown>; readonly where: RawBuilder<unknown> } {
  const [operations, parties] = [nameOf(build, StoredOperations), nameOf(build, StoredParties)];
  const conditions = others.map(
    (numbers) => sql`(o.party = any(${numbers}::integer[]) or exists (select 1 from ${parties} q
      where q.party = any(${numbers}::integer[]) and q.height = o.height and q.position = o.position))`,
  );
  if (isFirst) return { from: sql`${operations} o`, where: sql.join([sql`o.party = ${number}`, ...conditions], AND) };
  if (before !== undefined) conditions.push(sql`(p.height, p.position) < (${before.height}, ${before.position})`);
  return {
    from: sql`${parties} p join ${operations} o on o.height = p.height and o.position = p.position`,
    where: sql.join([sql`p.party = ${number}`, ...conditions], AND),
  };
}

const AND = sql` and `;

type Before = OperationFilter['before'];

interface Wanted {
  readonly most: number;
  readonly before: Before;
}

/** The newest operations of parties. `look` answers what is found by one number, newest first, no more than `most`. */
export async function newestOf(
  { filter, numbers: [first = [], ...others] }: PartiesWanted,
  { most, before }: Wanted,
  look: (party: PartyLook, before: Before) => Promise<readonly OperationRecord[]>,
): Promise<readonly OperationRecord[]> {
  const found: OperationRecord[] = [];
  for (let behind = before; ; ) {
    const lists: (readonly OperationRecord[])[] = [];
    for (const number of first) {
      if (isSender(number)) lists.push(await look({ number, isFirst: true, others }, behind));
      lists.push(await look({ number, isFirst: false, others }, behind));
    }
    const batch = merged(lists).slice(0, most);
    found.push(...batch.filter(({ event }) => matchesFilter(filter, { operation: event })));
    const last = batch.at(-1)?.event;
    if (last === undefined || batch.length < most || found.length >= most) return found.slice(0, most);
    behind = { height: last.height, position: last.position };
  }
}

const isSender = (number: number): boolean => (number & 1) === 1;

/** Newest first; what stands in several lists once. */
function merged(lists: readonly (readonly OperationRecord[])[]): readonly OperationRecord[] {
  const byPlace = new Map(lists.flat().map((record) => [`${record.event.height}/${record.event.position}`, record]));
  return [...byPlace.values()].sort((a, b) => b.event.height - a.event.height || b.event.position - a.event.position);
}
