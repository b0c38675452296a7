import type { NodeStatus } from '../port.ts';

/**
 * Whether a node still downloads the chain, so that it is waited for. Its own word alone does not say so: a node that has
 * every block it knows of, on a network where the last one is old, calls itself in initial download too, and would be waited
 * for until somebody mines. On regtest that word means nothing.
 */
export function isSyncing({ network, initialBlockDownload, blocks, headers }: NodeStatus): boolean {
  return network !== 'regtest' && initialBlockDownload && (blocks < headers || blocks === 0);
}
