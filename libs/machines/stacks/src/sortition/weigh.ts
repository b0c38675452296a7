import type { Outpoint } from '../operations/operation.ts';

/** A commit as the lottery sees it. */
export interface WindowCommit {
  readonly txid: string;
  /** Satoshis. */
  readonly burn: bigint;
  /** What input 0 of its transaction spends. */
  readonly spent: Outpoint;
}

/** One block of a window: the commits that were accepted in it, and the late ones that were meant for it. */
export interface WindowBlock<Commit extends WindowCommit = WindowCommit> {
  readonly commits: readonly Commit[];
  readonly missed: readonly Pick<WindowCommit, 'txid' | 'spent'>[];
  /** Its commits had one output: what chains to them spends the output behind it. */
  readonly hasOneOutput: boolean;
}

/** A commit with the weight that it has. */
export interface Weighed<Commit extends WindowCommit = WindowCommit> {
  readonly commit: Commit;
  /** The least of its own burn and the median of those of its chain, in satoshis. */
  readonly weight: bigint;
  /** At how many blocks of the window its chain has a commit, itself counted. */
  readonly frequency: number;
}

/** What a gap and a late commit count as. */
const GAP = 1n;

/**
 * Weighs the commits of the newest block of a window, whose blocks are given oldest first (spec §7). Each is walked back: at each
 * older block the last commit of its chain has to spend the output behind the commit outputs of a commit there, or of one that was
 * meant for there. What one chain has taken is no longer there for the next.
 */
export function weighCommits<Commit extends WindowCommit>(
  window: readonly WindowBlock<Commit>[],
): readonly Weighed<Commit>[] {
  const newest = window.at(-1)?.commits ?? [];
  const chains = newest.map((commit) => ({ commit, spent: commit.spent, burns: [commit.burn], frequency: 1 }));
  for (const { commits, missed, hasOneOutput } of window.slice(0, -1).reverse()) {
    const links = new Map<string, { readonly spent: Outpoint; readonly burn: bigint }>();
    for (const { txid, spent } of missed) links.set(txid, { spent, burn: GAP });
    for (const commit of commits) links.set(commit.txid, commit);
    for (const chain of chains) {
      const link = chain.spent.index === (hasOneOutput ? 2 : 3) ? links.get(chain.spent.txid) : undefined;
      chain.burns.push(link?.burn ?? GAP);
      if (link === undefined) continue;
      links.delete(chain.spent.txid);
      chain.spent = link.spent;
      chain.frequency += 1;
    }
  }
  return chains.map(({ commit, burns, frequency }) => {
    const [weight = GAP] = [medianOf(burns), commit.burn].sort(ascending);
    return { commit, weight, frequency };
  });
}

/** The middle value; of an even number of them the mean of both in the middle, rounded down. 0 of none. */
export function medianOf(values: readonly bigint[]): bigint {
  const sorted = [...values].sort(ascending);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0n;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0n)) / 2n;
}

const ascending = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0);
