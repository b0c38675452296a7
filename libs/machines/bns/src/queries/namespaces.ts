import type { NamespaceRow } from '../collections.ts';
import { isReady, isRevealed } from '../rules/rules.ts';
import { NAMES_PER_PAGE_MAX } from './limits.ts';
import { liveNames } from './live-names.ts';
import { operationOf } from './operation-names.ts';
import { type BnsView, type NamePage, pageOf } from './view.ts';

/** What is known of a namespace, with the operation that wrote it last. */
export interface NamespaceAnswer {
  readonly namespace: string;
  readonly record: NamespaceRow;
  readonly opcode: string;
  /** Launched. Otherwise it is revealed, and names are imported. */
  readonly isReady: boolean;
}

/** A namespace that is launched, or revealed and not expired: `get_namespace_blockchain_record`. */
export async function namespaceAt({ reading, rules }: BnsView, id: string): Promise<NamespaceAnswer | null> {
  const record = await reading.state.namespaces.get({ namespace_id: id });
  if (record === null || !(isReady(record) || isRevealed(rules, record, reading.height))) return null;
  return { namespace: id, record, opcode: operationOf(record.op), isReady: isReady(record) };
}

/** Ids of all launched namespaces, in bytewise order: `get_all_namespaces`. */
export async function launchedNamespaces({ reading }: BnsView): Promise<readonly string[]> {
  const ids: string[] = [];
  for await (const { namespace_id } of reading.state.namespaces.all({ equal: { op: '!' } })) ids.push(namespace_id);
  return ids;
}

/** Names that exist, revoked ones too: `get_num_names_in_namespace`. */
export async function countNamesInNamespace({ reading, rules }: BnsView, id: string): Promise<number> {
  const live = liveNames(rules, await reading.state.namespaces.get({ namespace_id: id }), reading.height);
  return live === null ? 0 : reading.state.names.count('namespace', { namespace_id: id }, live);
}

/** Names that exist, revoked ones too, in bytewise order: `get_names_in_namespace`. */
export async function namesInNamespace(
  { reading, rules }: BnsView,
  id: string,
  { after, limit }: NamePage = {},
): Promise<readonly string[]> {
  const live = liveNames(rules, await reading.state.namespaces.get({ namespace_id: id }), reading.height);
  if (live === null) return [];
  const found: string[] = [];
  const page = {
    ...live,
    limit: pageOf(limit, NAMES_PER_PAGE_MAX),
    ...(after === undefined ? {} : { after: { namespace_id: id, name: after } }),
  };
  for await (const { name } of reading.state.names.by('namespace', { namespace_id: id }, page)) found.push(name);
  return found;
}
