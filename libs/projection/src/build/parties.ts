import { bytesToHex, parseAddress, scriptOfTarget } from '@virtualchain/bitcoin';
import type { OperationEvent } from '@virtualchain/protocol';
import { type BuildTables, on } from './build.ts';
import { columnWrites } from './bulk/bulk-insert.ts';
import type { Write } from './bulk/write.ts';
import type { PartyRow } from './stored.ts';
import { column, defineTable } from './table.ts';

/**
 * Whose operations of the current branch these are, beside the first sender, whose number stands in `stored_operations`: a row
 * for each other script among the senders and outputs of an operation, as a number made of it. Most operations have none.
 * Two scripts may have one number, so what is found here is compared with the record before it is shown.
 */
export const StoredParties = defineTable(
  'stored_parties',
  {
    /** `partyNumber`: even of an output, odd of a sender. */
    party: column.integer().primary(),
    height: column.integer().primary(),
    position: column.integer().primary(),
  },
  // Rows come in the order of heights: so small an index finds those that a roll-back deletes.
  [
    {
      name: 'stored_parties_height',
      sql: (table) => `create index "stored_parties_height" on ${table} using brin (height)`,
    },
  ],
);

/** Of an operation, the part that says whose it is. */
export type PartyEvent = Pick<OperationEvent, 'height' | 'position' | 'senders' | 'outputs'>;

/** Whose an operation is, and where it is. */
export interface EventParties extends Parties {
  readonly height: number;
  readonly position: number;
}

export function partiesAt(event: PartyEvent): EventParties {
  const { first, others } = partiesOf(event);
  return { height: event.height, position: event.position, first, others };
}

/** A row for each that is not the first of its operation. */
export function partyRows(parties: readonly EventParties[]): PartyRow[] {
  const rows: PartyRow[] = [];
  for (const { height, position, others } of parties) {
    for (const party of others) rows.push({ party, height, position });
  }
  return rows;
}

export function partyWrites(build: BuildTables, unordered: readonly PartyRow[]): Write[] {
  // In the order of the key: it then grows at neighbouring places.
  const rows = unordered.toSorted((a, b) => a.party - b.party);
  return columnWrites(build, StoredParties, {
    party: rows.map(({ party }) => party),
    height: rows.map(({ height }) => height),
    position: rows.map(({ position }) => position),
  });
}

export async function rollBackParties(build: BuildTables, height: number): Promise<void> {
  await on(build, StoredParties).deleteFrom('stored_parties').where('height', '>', height).execute();
}

const OP_RETURN = '6a';

/** The numbers of an operation, each once: of its first sender, null where it has none, and of all others. */
export interface Parties {
  readonly first: number | null;
  readonly others: readonly number[];
}

/** A script that sends and is paid counts as a sender. */
function partiesOf({ senders, outputs }: PartyEvent): Parties {
  const sending = sendingScripts(senders);
  const isSending = lookup(sending);
  const numbers: number[] = [];
  for (const script of sending) numbers.push(partyNumber(script, 'sender'));
  for (const { script } of outputs) {
    if (!script.startsWith(OP_RETURN) && !isSending(script)) numbers.push(partyNumber(script, 'output'));
  }
  const each = once(numbers);
  return sending.length === 0 ? { first: null, others: each } : { first: each[0] ?? null, others: each.slice(1) };
}

/** Nearly all operations have fewer parties: a set of so few takes longer than to look at all of them. */
const FEW = 8;

/** Each item at its first place. */
function once<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length < 2) return items;
  return items.length > FEW ? [...new Set(items)] : items.filter((item, i) => items.indexOf(item) === i);
}

function lookup<Item>(items: readonly Item[]): (item: Item) => boolean {
  if (items.length <= FEW) return (item) => items.includes(item);
  const set = new Set(items);
  return (item) => set.has(item);
}

/** A script that several senders share stands at the first of them; one that was cut is known by its address alone. */
function sendingScripts(senders: OperationEvent['senders']): readonly string[] {
  if (senders.every(({ scriptPubKey }) => scriptPubKey !== '')) return once(senders.map((each) => each.scriptPubKey));
  const scripts = new Set<string>();
  const addresses = new Set<string>();
  for (const { scriptPubKey, addresses: own } of senders) {
    if (scriptPubKey !== '') scripts.add(scriptPubKey);
    for (const address of own) {
      const isKnown = addresses.has(address);
      addresses.add(address);
      const target = scriptPubKey !== '' || isKnown ? null : parseAddress(address);
      if (target !== null) scripts.add(bytesToHex(scriptOfTarget(target)));
    }
  }
  return [...scripts];
}

/** A number of 32 bits for a script as hex, whose lowest bit says as what the script was there. */
export function partyNumber(script: string, role: 'sender' | 'output'): number {
  let low = 0x811c9dc5 | 0;
  let high = 0x9e3779b9 | 0;
  for (let i = 0; i < script.length; i++) {
    const code = script.charCodeAt(i);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code ^ (high >>> 15), 0x85ebca6b);
  }
  low = Math.imul(low ^ (low >>> 16) ^ high, 0xc2b2ae35);
  low ^= low >>> 15;
  return role === 'sender' ? low | 1 : low & ~1;
}
