import type { OperationEvent } from '@virtualchain/protocol';

/** A change of the log with those of its operations that a filter lets through; null where it is not to be shown. */
type Sieve = <Change extends Sieved>(change: Change) => Change | null;

interface Sieved {
  readonly kind: 'connected' | 'disconnected';
  readonly operations?: readonly OperationEvent[];
}

/**
 * Blocks without an operation that passes are left out. That a block left the branch is always told: whether it was shown may
 * be known to who stored a cursor alone.
 *
 * @throws FilterInvalid
 */
export async function sieveOf(filter: string | undefined): Promise<Sieve> {
  if (filter === undefined) return (change) => change;
  const { matchesFilter } = await import('@virtualchain/protocol');
  const read = await readFilter(filter);
  return (change) => {
    if (change.operations === undefined) return change;
    const operations = change.operations.filter((operation) => matchesFilter(read, { operation }));
    return operations.length === 0 ? null : { ...change, operations };
  };
}

/** A filter of what a log has: nothing of it is judged. @throws FilterInvalid */
export async function readFilter(filter: string) {
  const { FILTER_FIELDS, parseFilter } = await import('@virtualchain/protocol');
  return parseFilter(
    filter,
    FILTER_FIELDS.filter((field) => field !== 'verdict' && field !== 'code'),
  );
}
