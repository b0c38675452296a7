import { fixImportRing } from './operations/name/name-import.ts';
import { checkNameRegistration } from './operations/name/name-registration.ts';
import { checkNamespaceReveal } from './operations/namespace/namespace-reveal.ts';
import type { BnsOperation } from './operations.ts';
import { isRejected } from './rules/rejected.ts';
import type { BlockState, Scan } from './rules/rules.ts';

/**
 * Looks for ids that two or more operations of a block want and could each have, against the state before the block
 * (spec §6.2). Fixes import rings on the way, as the original's scan did.
 */
export async function scanOperations(operations: readonly BnsOperation[], block: BlockState): Promise<Scan> {
  const names = new Map<string, number>();
  const namespaces = new Map<string, number>();
  /**
   * Quota of the scan: the first valid registration of a name counts for its recipient; a refused one for its sender, and
   * so does every later valid one of the name, a collision (nameset/virtualchain_hooks.py:320-322, operations/__init__.py:323-326).
   */
  const registered = new Map<string, number>();
  for (const op of operations) {
    if (op.kind === 'name_registration') {
      const checked = await checkNameRegistration(op, block, (script) => registered.get(script) ?? 0);
      const isFirst = !isRejected(checked) && !names.has(op.name);
      count(registered, isFirst ? op.recipient : op.sender);
      if (!isRejected(checked)) count(names, op.name);
    } else if (op.kind === 'namespace_reveal') {
      if (!isRejected(await checkNamespaceReveal(op, block))) count(namespaces, op.namespaceId);
    } else if (op.kind === 'name_import') await fixImportRing(op, block);
  }
  return { collidedNames: repeated(names), collidedNamespaces: repeated(namespaces) };
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function repeated(counts: ReadonlyMap<string, number>): ReadonlySet<string> {
  return new Set([...counts].filter(([, times]) => times > 1).map(([key]) => key));
}
