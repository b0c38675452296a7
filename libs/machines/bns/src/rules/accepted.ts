/**
 * What this block accepted so far. The original keeps it apart from its tables (nameset/namedb.py:609-657, where a list
 * of the block decides on collisions, and operations/register.py:108-123, where registrations of the block count for the
 * quota): a row may be gone, or have come by another operation.
 */

/** Of an operation that this block accepted: what the ones after it may ask about. */
export type AcceptedOperation =
  | { readonly kind: 'name_preorder' | 'namespace_preorder'; readonly preorderHash: string }
  | { readonly kind: 'name_registration'; readonly name: string; readonly recipient: string }
  | { readonly kind: 'namespace_reveal'; readonly namespaceId: string }
  | { readonly kind: UnaskedKind };

type UnaskedKind =
  | 'namespace_ready'
  | 'name_import'
  | 'name_renewal'
  | 'name_update'
  | 'name_transfer'
  | 'name_revoke'
  | 'announce'
  | 'token_transfer';

interface Accepted {
  /** In the order of the block. */
  readonly accepted: readonly AcceptedOperation[];
}

/** A preorder of this hash: one list for those of names and of namespaces (nameset/__init__.py:135). */
export function isPreorderAccepted({ accepted }: Accepted, hash: string): boolean {
  return accepted.some(
    (op) => (op.kind === 'name_preorder' || op.kind === 'namespace_preorder') && op.preorderHash === hash,
  );
}

/** A registration of this name. An import is none: it leaves nothing in the list (nameset/namedb.py:752). */
export function isRegistrationAccepted({ accepted }: Accepted, name: string): boolean {
  return accepted.some((op) => op.kind === 'name_registration' && op.name === name);
}

export function isRevealAccepted({ accepted }: Accepted, namespaceId: string): boolean {
  return accepted.some((op) => op.kind === 'namespace_reveal' && op.namespaceId === namespaceId);
}

/** Registrations to a script. The lookup height sees none of them. */
export function registrationsTo({ accepted }: Accepted, script: string): number {
  let count = 0;
  for (const op of accepted) if (op.kind === 'name_registration' && op.recipient === script) count += 1;
  return count;
}
