import type { RowFilter } from '@virtualchain/machine';
import type { NameRow, NamespaceRow } from '../collections.ts';
import type { BnsParameters } from '../parameters.ts';
import { graceAt, isReady, isRevealed, lifetimeAt } from '../rules/rules.ts';

/**
 * Which rows of a namespace exist at a height that they were read at, as a filter that the database can apply; null for
 * none. The same rule as `nameExists`.
 */
export function liveNames(
  rules: BnsParameters,
  namespace: NamespaceRow | null,
  height: number,
): RowFilter<NameRow> | null {
  if (!isReady(namespace)) return isRevealed(rules, namespace, height) ? {} : null;
  const lasts = lifetimeAt(rules, namespace, height) + graceAt(rules, height);
  return namespace.ready_block + lasts > height ? {} : { atLeast: { last_renewed: height - lasts } };
}
