import type { RawBuilder } from 'kysely';
import { Blocks } from './blocks.ts';
import { Checkpoints } from './checkpoint.ts';
import { feedStorage, feedView, RetractedRecords, StoredFeed } from './feed/feed.ts';
import { operationsView, StoredOperations } from './operations.ts';
import { StoredParties } from './parties.ts';
import { Records, recordsStorage } from './records.ts';
import type { Table } from './table.ts';
import { StoredTransitions, transitionsView } from './transitions.ts';

/** The tables that every build has. */
export const FIXED_TABLES = [
  Blocks,
  StoredOperations,
  Records,
  StoredTransitions,
  StoredParties,
  StoredFeed,
  RetractedRecords,
  Checkpoints,
] as const;

interface ReadableView {
  readonly name: string;
  /** What it selects; `of` has the full names of tables. */
  readonly select: (of: (table: Table) => RawBuilder<unknown>) => RawBuilder<unknown>;
}

/** The views of the live build for those who read by SQL, beside those that show a table as it is. */
export const READABLE_VIEWS: readonly ReadableView[] = [
  { name: 'operations', select: (of) => operationsView(of(StoredOperations)) },
  { name: 'transitions', select: (of) => transitionsView(of(StoredTransitions)) },
  { name: 'feed', select: (of) => feedView(of(StoredFeed), of(StoredOperations)) },
];

/** Statements for what the definitions of tables do not say. */
export function storageSql(schema: string): string {
  return [recordsStorage, ...feedStorage].map((storage) => `${storage(schema)};`).join('\n');
}
