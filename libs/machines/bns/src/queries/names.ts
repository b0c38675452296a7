import type { NameRow } from '../collections.ts';
import { splitName } from '../rules/names.ts';
import { deadlinesOf, isInGrace, nameExists } from '../rules/rules.ts';
import { didOf } from './did.ts';
import { type HistoryEntry, historyPage } from './history.ts';
import { HISTORY_PER_PAGE } from './limits.ts';
import { operationOf } from './operation-names.ts';
import type { BnsView } from './view.ts';

/** A name as the original answered it: its record, and what follows from the height. */
export interface NameAnswer {
  readonly name: string;
  readonly namespace: string;
  readonly record: NameRow;
  /** What the name went through last: `NAME_UPDATE` and the like. */
  readonly opcode: string;
  /** From this block on only a renewal works; −1 where names live for ever or the namespace is not launched. */
  readonly expireBlock: number;
  /** The end of grace; −1 as above. */
  readonly renewalDeadline: number;
  /** The expiry is behind us: true already in grace. */
  readonly isExpired: boolean;
  readonly isInGrace: boolean;
  readonly isRevoked: boolean;
  /** Neither expired nor out of grace: nobody else can have it. Revoked names exist. */
  readonly exists: boolean;
  readonly did: string | null;
}

/** The name if it exists at the height, revoked or not: `get_name_at`. */
export async function nameAt(view: BnsView, name: string): Promise<NameAnswer | null> {
  const answer = await historicNameAt(view, name);
  return answer?.exists === true ? answer : null;
}

/** The name in whatever state, expired ones too: `get_historic_name_at`, `get_name_record`. */
export async function historicNameAt(view: BnsView, name: string): Promise<NameAnswer | null> {
  const record = await view.reading.state.names.get({ name });
  return record === null ? null : nameAnswer(view, record);
}

/** What is said of a record that was read through the same view. */
export async function nameAnswer(view: BnsView, record: NameRow): Promise<NameAnswer> {
  const { rules, reading } = view;
  const namespace = await reading.state.namespaces.get({ namespace_id: record.namespace_id });
  const deadlines = deadlinesOf(rules, record, namespace, reading.height);
  return {
    name: record.name,
    namespace: splitName(record.name).namespace,
    record,
    opcode: operationOf(record.op),
    expireBlock: deadlines.expireBlock ?? -1,
    renewalDeadline: deadlines.renewalDeadline ?? -1,
    isExpired: deadlines.expireBlock !== null && deadlines.expireBlock <= reading.height,
    isInGrace: isInGrace(rules, record, namespace, reading.height),
    isRevoked: record.revoked,
    exists: nameExists(rules, record, namespace, reading.height),
    did: await didOf(view, record.name),
  };
}

/** A page of a name's records over all its lives, newest first, one a block: `get_name_history_page`. Pages count from 0. */
export function nameHistory({ reading }: BnsView, name: string, page = 0): Promise<readonly HistoryEntry<NameRow>[]> {
  return historyPage(reading.state.names, { name }, page);
}

/** Whether a name ever had this value hash: `is_name_zonefile_hash`. */
export async function hadValueHash({ reading }: BnsView, name: string, valueHash: string): Promise<boolean> {
  const { names } = reading.state;
  for (let offset = 0; ; offset += HISTORY_PER_PAGE) {
    const versions = await names.history({ name }, { offset, limit: HISTORY_PER_PAGE });
    if (versions.some(({ row }) => row.value_hash === valueHash)) return true;
    if (versions.length < HISTORY_PER_PAGE) return false;
  }
}
