import type { Transaction } from '@virtualchain/bitcoin';
import type { ChainMove } from '../chain/block-tree.ts';
import type { Chain } from '../chain/chain.ts';
import { type Coin, type Outpoint, outpointOf } from '../chain/coins.ts';
import { accept, type MempoolGround, type Verdict } from './accept.ts';
import { Entries, type Entry } from './entry.ts';

/** Transactions that wait to be mined, on top of the tip of a chain. */
export interface Mempool {
  readonly entries: Entries;
  /** Grows with every change. */
  readonly sequence: number;
  /** Whether it would be taken; nothing changes. */
  judge(transaction: Transaction): Verdict;
  /** Takes it where it may be taken, in the place of what it replaces. */
  take(transaction: Transaction): Verdict;
  /** An output of the chain or of the mempool that nothing spends. */
  coin(outpoint: Outpoint): Coin | undefined;
  /** After the tip has moved: what was mined goes, what was taken back comes again. */
  moved(move: ChainMove): void;
  clear(): void;
}

export function createMempool(chain: Chain, now: () => number): Mempool {
  const entries = new Entries();
  const ground: MempoolGround = { chain, entries, now };
  let sequence = 1;

  function put(entry: Entry): void {
    entries.add(entry);
    sequence += 1;
  }

  function drop(dropped: Iterable<Entry>): void {
    for (const entry of dropped) {
      entries.remove(entry);
      sequence += 1;
    }
  }

  /** What is in a block is gone, and so is what spends the same. */
  function leave(transaction: Transaction): void {
    const own = entries.get(transaction.txid);
    if (own !== undefined) drop([own]);
    const conflicts = transaction.inputs.flatMap((input) => entries.spenderOf(outpointOf(input)) ?? []);
    drop(entries.withDescendants(conflicts));
  }

  /** What is left may depend on what is gone: all of it is judged anew, what was taken back first. */
  function refill(takenBack: readonly Transaction[]): void {
    const waiting = entries.all();
    entries.clear();
    const times = new Map(waiting.map((entry) => [entry.transaction.txid, entry.time]));
    for (const transaction of [...takenBack, ...waiting.map((entry) => entry.transaction)]) {
      const verdict = accept(ground, transaction, { isTakenBack: true });
      if (verdict.kind !== 'accepted' || verdict.replaced.size > 0) continue;
      put({ ...verdict.entry, time: times.get(transaction.txid) ?? verdict.entry.time });
    }
  }

  return {
    entries,
    get sequence() {
      return sequence;
    },
    judge: (transaction) => accept(ground, transaction),
    take(transaction) {
      const verdict = accept(ground, transaction);
      if (verdict.kind === 'accepted') {
        drop(verdict.replaced);
        put(verdict.entry);
      }
      return verdict;
    },
    coin(outpoint) {
      if (entries.spenderOf(outpoint) !== undefined) return undefined;
      return chain.coins.get(outpoint) ?? coinOf(entries, outpoint, chain.tree.best.height + 1);
    },
    moved({ disconnected, connected }) {
      for (const { block } of connected) for (const transaction of block.transactions) leave(transaction);
      if (disconnected.length === 0) return;
      const takenBack = disconnected
        .toReversed()
        .flatMap(({ block }) => block.transactions.filter(({ isCoinbase }) => !isCoinbase));
      refill(takenBack);
    },
    clear() {
      entries.clear();
      sequence += 1;
    },
  };
}

/** An output of an entry, as if it were in the next block. */
export function coinOf(entries: Entries, outpoint: Outpoint, height: number): Coin | undefined {
  const [txid = '', index = ''] = outpoint.split(':');
  const output = entries.get(txid)?.transaction.outputs[Number(index)];
  return output === undefined ? undefined : { output, height, isCoinbase: false };
}
