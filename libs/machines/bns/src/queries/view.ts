import type { Height } from '@virtualchain/bitcoin';
import type { Reading } from '@virtualchain/machine';
import type { BnsCollections, NamespaceRow } from '../collections.ts';
import type { BnsParameters } from '../parameters.ts';

/**
 * What every query is asked of: the state at one height, and the parameters that the machine was folded with. The height
 * is the last block, for expiry as for everything else; what lies above it is not seen.
 */
export interface BnsView {
  readonly reading: Reading<BnsCollections>;
  /** As `readParameters` gives them. */
  readonly rules: BnsParameters;
}

/** A page of names in bytewise order. The original counted an offset; the last name of the page before is cheaper. */
export interface NamePage {
  /** Begin behind this name. */
  readonly after?: string;
  /** No more than 100. */
  readonly limit?: number;
}

/** The namespaces that a query came across, each read once. */
export function namespaceReader({ reading }: BnsView): (id: string) => Promise<NamespaceRow | null> {
  const found = new Map<string, Promise<NamespaceRow | null>>();
  return (id) => {
    const known = found.get(id) ?? reading.state.namespaces.get({ namespace_id: id });
    found.set(id, known);
    return known;
  };
}

/** No more than asked for, and no more than a page may hold. */
export function pageOf(limit: number | undefined, max: number): number {
  return Math.max(0, Math.min(limit ?? max, max));
}

/** Whether a number can be the height of a block that is seen. */
export function isSeen({ reading }: BnsView, height: number): height is Height {
  return Number.isSafeInteger(height) && height >= 0 && height <= reading.height;
}
