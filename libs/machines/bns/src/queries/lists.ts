import { nameExists } from '../rules/rules.ts';
import { NAMES_PER_PAGE_MAX } from './limits.ts';
import { liveNames } from './live-names.ts';
import { type BnsView, type NamePage, namespaceReader, pageOf } from './view.ts';

/** Names that exist, revoked ones too: `get_num_names`. */
export async function countNames({ reading, rules }: BnsView): Promise<number> {
  let count = 0;
  for await (const namespace of reading.state.namespaces.all()) {
    const live = liveNames(rules, namespace, reading.height);
    const { namespace_id } = namespace;
    if (live !== null) count += await reading.state.names.count('namespace', { namespace_id }, live);
  }
  return count;
}

/** Names that ever were, expired ones too: `get_num_names_cumulative`. */
export function countNamesEver({ reading }: BnsView): Promise<number> {
  return reading.state.names.total();
}

/** Names that exist, revoked ones too: `get_all_names`. */
export async function allNames(view: BnsView, { after, limit }: NamePage = {}): Promise<readonly string[]> {
  const { reading, rules } = view;
  const readNamespace = namespaceReader(view);
  const wanted = pageOf(limit, NAMES_PER_PAGE_MAX);
  const found: string[] = [];
  if (wanted === 0) return found;
  for await (const row of reading.state.names.all(after === undefined ? {} : { after: { name: after } })) {
    if (nameExists(rules, row, await readNamespace(row.namespace_id), reading.height)) found.push(row.name);
    if (found.length === wanted) break;
  }
  return found;
}

/** Names that ever were, expired ones too: `get_all_names_cumulative`. */
export async function allNamesEver({ reading }: BnsView, { after, limit }: NamePage = {}): Promise<readonly string[]> {
  const found: string[] = [];
  const page = {
    limit: pageOf(limit, NAMES_PER_PAGE_MAX),
    ...(after === undefined ? {} : { after: { name: after } }),
  };
  for await (const { name } of reading.state.names.all(page)) found.push(name);
  return found;
}

/** Names of an address that exist and are not revoked: `get_names_owned_by_address`. */
export async function namesOfAddress(
  view: BnsView,
  address: string,
  { after, limit }: NamePage = {},
): Promise<readonly string[]> {
  const { reading, rules } = view;
  const readNamespace = namespaceReader(view);
  const wanted = pageOf(limit, NAMES_PER_PAGE_MAX);
  const found: string[] = [];
  if (wanted === 0) return found;
  const from = { equal: { revoked: false }, ...(after === undefined ? {} : { after: { address, name: after } }) };
  for await (const row of reading.state.names.by('address', { address }, from)) {
    if (nameExists(rules, row, await readNamespace(row.namespace_id), reading.height)) found.push(row.name);
    if (found.length === wanted) break;
  }
  return found;
}
