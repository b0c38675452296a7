import { TrustedOutOfRange } from '../errors.ts';

/** The first place where what is stored does not agree with what is computed. */
export interface Disagreement {
  readonly height: number;
  /** `operations`, `transitions`, `consensus hash`, `changes hash`, or the collection whose rows differ. */
  readonly what: string;
  /** In the projection; of `TRUSTED`, the hash that was trusted. */
  readonly stored: string;
  readonly computed: string;
}

/** What was recomputed, and where it differs from what is stored. */
export interface Verified {
  readonly from: number;
  readonly to: number;
  readonly blocks: number;
  readonly operations: number;
  /** Lowest height first; empty when all agrees. */
  readonly disagreements: readonly Disagreement[];
}

/** Consensus hashes by height that somebody trusted vouches for. */
export type Trusted = ReadonlyMap<number, string>;

/**
 * A trusted hash that is not compared would count as confirmed.
 *
 * @throws TrustedOutOfRange naming the first trusted height outside of `from` to `to`.
 */
export function checkTrusted(trusted: Trusted, from: number, to: number, among: (heights: string) => string): void {
  for (const height of trusted.keys()) {
    if (height < from || height > to)
      throw new TrustedOutOfRange(among(`the trusted height ${height} is not among the heights ${from} to ${to}`));
  }
}

/** What a trusted hash disagrees by. */
export const TRUSTED = 'trusted consensus hash';

/** Whether the hash of a block is the one that somebody vouches for. */
export function compareTrusted(height: number, trusted: string, computed: string): Disagreement[] {
  return compareAt(height, [[TRUSTED, trusted, computed]]);
}

/** What disagrees among pairs of stored and computed values. */
export function compareAt(
  height: number,
  pairs: readonly (readonly [what: string, stored: string | null | undefined, computed: string])[],
): Disagreement[] {
  return pairs.flatMap(([what, stored, computed]) =>
    stored === computed ? [] : [{ height, what, stored: String(stored), computed }],
  );
}
