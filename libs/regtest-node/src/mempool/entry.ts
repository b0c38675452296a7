import type { Transaction } from '@virtualchain/bitcoin';
import { type Outpoint, outpointOf } from '../chain/coins.ts';

/** A transaction that waits to be mined. */
export interface Entry {
  readonly transaction: Transaction;
  /** Satoshis. */
  readonly fee: bigint;
  /** As relaying counts: signature checks may count for more than bytes. */
  readonly virtualBytes: number;
  /** What it takes of a block's allowance of signature checks. */
  readonly sigops: number;
  /** When it came, in Unix seconds, and on what height. */
  readonly time: number;
  readonly height: number;
}

/** Entries by what they make and what they spend. Each stands behind all that it depends on. */
export class Entries {
  readonly #byTxid = new Map<string, Entry>();
  readonly #spenders = new Map<Outpoint, Entry>();

  get(txid: string): Entry | undefined {
    return this.#byTxid.get(txid);
  }

  /** The entry that spends an output. */
  spenderOf(outpoint: Outpoint): Entry | undefined {
    return this.#spenders.get(outpoint);
  }

  /** In the order in which they came. */
  all(): readonly Entry[] {
    return [...this.#byTxid.values()];
  }

  add(entry: Entry): void {
    const { txid, inputs } = entry.transaction;
    this.#byTxid.set(txid, entry);
    for (const input of inputs) this.#spenders.set(outpointOf(input), entry);
  }

  remove(entry: Entry): void {
    const { txid, inputs } = entry.transaction;
    this.#byTxid.delete(txid);
    for (const input of inputs) this.#spenders.delete(outpointOf(input));
  }

  clear(): void {
    this.#byTxid.clear();
    this.#spenders.clear();
  }

  /** Entries whose outputs the transaction spends. */
  parentsOf({ inputs }: Pick<Transaction, 'inputs'>): readonly Entry[] {
    return [...new Set(inputs.flatMap(({ txid }) => this.#byTxid.get(txid) ?? []))];
  }

  childrenOf({ transaction: { txid, outputs } }: Entry): readonly Entry[] {
    const found = outputs.flatMap((_output, index) => this.#spenders.get(outpointOf({ txid, index })) ?? []);
    return [...new Set(found)];
  }

  /** All that the transaction depends on, without itself. */
  ancestorsOf(transaction: Pick<Transaction, 'inputs'>): ReadonlySet<Entry> {
    return closure(this.parentsOf(transaction), (entry) => this.parentsOf(entry.transaction));
  }

  /** The entries and all that depend on them. */
  withDescendants(entries: readonly Entry[]): ReadonlySet<Entry> {
    return closure(entries, (entry) => this.childrenOf(entry));
  }
}

function closure(first: readonly Entry[], next: (entry: Entry) => readonly Entry[]): ReadonlySet<Entry> {
  const found = new Set<Entry>();
  const left = [...first];
  for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
    if (found.has(entry)) continue;
    found.add(entry);
    left.push(...next(entry));
  }
  return found;
}
