import type { Rejected } from '@virtualchain/machine';

/** Whether a check that answers with what it found, or with why not, says why not. */
export function isRejected(value: object): value is Rejected {
  return 'kind' in value && value.kind === 'rejected';
}
