import type { NameAnswer } from '../queries/names.ts';

/** How a name stands, in one word or two. */
export type Standing = 'unknown' | 'registered' | 'in grace' | 'revoked' | 'expired';

/** How a name stands, by what is known of it at a height. */
export function standingOf(answer: NameAnswer | null): Standing {
  if (answer === null) return 'unknown';
  if (!answer.exists) return 'expired';
  if (answer.isRevoked) return 'revoked';
  return answer.isInGrace ? 'in grace' : 'registered';
}

/** The same as a sentence, with what can be done about it. */
export function standingText(name: string, answer: NameAnswer | null): string {
  if (answer === null) return `${name} was never registered`;
  const { record, expireBlock, renewalDeadline } = answer;
  const isForEver = renewalDeadline < 0;
  switch (standingOf(answer)) {
    case 'unknown':
    case 'registered':
      return `${name} belongs to ${record.address}${isForEver ? '' : ` until block ${expireBlock}`}`;
    case 'in grace':
      return `${name} of ${record.address} expired at block ${expireBlock} and is in its grace period: until block ${renewalDeadline} its owner can renew it, and do nothing else`;
    case 'revoked':
      return `${name} was revoked by ${record.address}; ${isForEver ? 'names of its namespace do not expire, so it is dead' : `it is free after block ${renewalDeadline}`}`;
    case 'expired':
      return `${name} expired${isForEver ? '' : `: it ended at block ${expireBlock}, its grace period at block ${renewalDeadline}`}; it is free, preorder it again`;
  }
}
