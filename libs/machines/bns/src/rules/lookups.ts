import type { NameRow, NamespaceRow, PreorderRow } from '../collections.ts';
import { type BlockState, isRegistered, isRevealed, lookupHeight, nameExists } from './rules.ts';

/** A name's row and its namespace's, whatever their state. */
export interface FoundName {
  readonly row: NameRow | null;
  readonly namespace: NamespaceRow | null;
}

export async function findName({ state }: BlockState, name: string, namespaceId: string): Promise<FoundName> {
  const namespace = await state.namespaces.get({ namespace_id: namespaceId });
  return { row: await state.names.get({ name }), namespace };
}

export async function readNamespace({ state }: BlockState, name: NameRow): Promise<NamespaceRow | null> {
  return state.namespaces.get({ namespace_id: name.namespace_id });
}

/** Names that a script owns at the lookup height, neither expired nor revoked; no more than asked for. */
export async function namesOwned(block: BlockState, script: string, max: number): Promise<readonly NameRow[]> {
  const found: NameRow[] = [];
  /** Of the name before: those of one owner are mostly in one. */
  let namespace: NamespaceRow | null = null;
  for await (const name of block.state.names.by('owner', { sender: script })) {
    if (found.length >= max) break;
    if (namespace?.namespace_id !== name.namespace_id) namespace = await readNamespace(block, name);
    if (isRegistered(block.rules, name, namespace, lookupHeight(block))) found.push(name);
  }
  return found;
}

/** Whether a script may have one name more. `more` are those that the lookup height does not see. */
export async function hasQuota(block: BlockState, script: string, more: number): Promise<boolean> {
  const { namesPerOwnerMax } = block.rules;
  return (await namesOwned(block, script, namesPerOwnerMax)).length + more < namesPerOwnerMax;
}

/** The lowest preorder of a hash and kind, if no live name carries the hash. It never expires (spec §6.1). */
export async function pendingNamePreorder(block: BlockState, hash: string): Promise<PreorderRow | null> {
  const preorder = await lowestPreorder(block, hash, '?');
  if (preorder === null) return null;
  for await (const name of block.state.names.by('preorder', { preorder_hash: hash })) {
    if (nameExists(block.rules, name, await readNamespace(block, name), lookupHeight(block))) return null;
  }
  return preorder;
}

/** The same for namespaces, where any row that carries the hash is in the way, expired or not. */
export async function pendingNamespacePreorder(block: BlockState, hash: string): Promise<PreorderRow | null> {
  const preorder = await lowestPreorder(block, hash, '*');
  if (preorder === null) return null;
  return (await block.state.namespaces.count('preorder', { preorder_hash: hash })) > 0 ? null : preorder;
}

async function lowestPreorder({ state }: BlockState, hash: string, op: '?' | '*'): Promise<PreorderRow | null> {
  for await (const preorder of state.preorders.by('hash', { preorder_hash: hash })) {
    if (preorder.op === op) return preorder;
  }
  return null;
}

/** The table has a row of this hash and block, of a name or a namespace. */
export async function isPreorderKept({ state, height }: BlockState, hash: string): Promise<boolean> {
  return (await state.preorders.get({ preorder_hash: hash, block_number: height })) !== null;
}

/** All rows of a hash go, of names and namespaces alike. */
export async function takePreorders({ state }: BlockState, hash: string): Promise<void> {
  const rows: PreorderRow[] = [];
  for await (const preorder of state.preorders.by('hash', { preorder_hash: hash })) rows.push(preorder);
  for (const { preorder_hash, block_number } of rows) await state.preorders.delete({ preorder_hash, block_number });
}

/** The unrevoked name, live at the lookup height, that a transfer or an update speaks of by its hash. */
export async function nameByHash(block: BlockState, hash: string): Promise<FoundName | null> {
  for await (const row of block.state.names.by('hash', { name_hash128: hash })) {
    const namespace = await readNamespace(block, row);
    if (isRegistered(block.rules, row, namespace, lookupHeight(block))) return { row, namespace };
  }
  return null;
}

export function isRevealedNow(block: BlockState, namespace: NamespaceRow | null): namespace is NamespaceRow {
  return isRevealed(block.rules, namespace, lookupHeight(block));
}
