import type { Outpoint } from '@virtualchain/node-client';

/** A transaction, and whose outputs it spends. */
interface Spending {
  readonly txid: string;
  readonly inputs: readonly Pick<Outpoint, 'txid'>[];
}

/** The same transactions in the same order, but that each stands behind those of them whose outputs it spends. */
export function parentsFirst<T extends Spending>(transactions: readonly T[]): readonly T[] {
  const byTxid = new Map(transactions.map((transaction) => [transaction.txid, transaction]));
  const placed = new Set<string>();
  const ordered: T[] = [];
  for (const transaction of transactions) {
    // A stack of our own: chains of unconfirmed transactions may be as long as a node lets them.
    const stack = [transaction];
    while (stack.length > 0) {
      const top = stack.at(-1) as T;
      const parents = top.inputs.flatMap(({ txid }) => {
        const parent = byTxid.get(txid);
        return parent === undefined || placed.has(txid) || txid === top.txid ? [] : [parent];
      });
      if (parents.length > 0 && !placed.has(top.txid)) {
        stack.push(...parents);
        continue;
      }
      stack.pop();
      if (placed.has(top.txid)) continue;
      placed.add(top.txid);
      ordered.push(top);
    }
  }
  return ordered;
}
