import {
  type Block,
  type BlockHash,
  compactSizeBytes,
  type Height,
  headerLength,
  joinBytes,
  type NetworkName,
  parseBlock,
  type TransactionOutput,
  type Txid,
} from '@virtualchain/bitcoin';
import type { Outpoint } from '@virtualchain/node-client';
import type { PendingVerdict } from '@virtualchain/projection';
import { type OperationEvent, operationEvents, scanBlock, type VirtualChain } from '@virtualchain/protocol';
import { PENDING_BYTES_MAX, PENDING_OPERATIONS_MAX } from '../limits.ts';
import { parentsFirst } from './parents-first.ts';

/** An operation that waits to be mined. */
export interface Waiting {
  readonly txid: Txid;
  readonly bytes: Uint8Array;
  readonly inputs: readonly Outpoint[];
  readonly outputs: readonly TransactionOutput[];
  /** The outputs that it spends, by `outpointText`. */
  readonly spends: ReadonlyMap<string, TransactionOutput>;
  /** The operation that it took the place of, by spending what that spent. */
  readonly replaces: Txid | null;
  /** What was told of it last; null before. */
  told: PendingVerdict | null;
  /** As it was told. */
  operation: Readonly<Record<string, unknown>> | null;
}

/** An operation that was just found, whose funding is not known yet. */
export type Found = Omit<Waiting, 'spends' | 'told' | 'operation'>;

export const outpointText = ({ txid, index }: Outpoint): string => `${txid}:${index}`;

/**
 * The operations of one chain among a node's unconfirmed transactions, in the order in which they came, bounded in number and
 * bytes; and the txids of what is none, so that each transaction is read once.
 */
export class PendingSet {
  readonly #chain: VirtualChain;
  readonly #network: NetworkName;
  readonly #others = new Set<Txid>();
  readonly #leftOut = new Set<Txid>();
  readonly #waiting = new Map<Txid, Waiting>();
  readonly #spenders = new Map<string, Txid>();
  readonly #replacedBy = new Map<Txid, Txid>();
  #bytes = 0;

  constructor(chain: VirtualChain, network: NetworkName) {
    this.#chain = chain;
    this.#network = network;
  }

  /** False where the chain looks at nothing that its operations spend. */
  get wantsFunding(): boolean {
    return this.#chain.isWithoutSenders !== true;
  }

  /** In the order in which they came, but for who spends what another one makes: that comes behind. */
  get waiting(): readonly Waiting[] {
    return parentsFirst([...this.#waiting.values()]);
  }

  get leftOut(): number {
    return this.#leftOut.size;
  }

  get(txid: Txid): Waiting | undefined {
    return this.#waiting.get(txid);
  }

  /** Forgets what is not in the mempool any more, but for operations: answers with those. */
  leave(now: ReadonlySet<Txid>): readonly Waiting[] {
    for (const known of [this.#others, this.#leftOut]) for (const txid of known) if (!now.has(txid)) known.delete(txid);
    if (this.#hasRoom()) this.#leftOut.clear(); // they are read again
    return [...this.#waiting.values()].filter(({ txid }) => !now.has(txid));
  }

  /** Those that were never read, or are to be read again. */
  unknown(txids: readonly Txid[]): readonly Txid[] {
    return txids.filter((txid) => !this.#others.has(txid) && !this.#leftOut.has(txid) && !this.#waiting.has(txid));
  }

  /** Looks through transactions that came together; answers with the operations among them, a parent before its children. */
  find(transactions: ReadonlyMap<Txid, Uint8Array>): readonly Found[] {
    if (transactions.size === 0) return [];
    const block = madeBlock([...transactions.values()]);
    const operations = new Set(scanBlock(block, this.#chain).map(({ transaction }) => transaction.txid));
    const found = block.transactions.map(({ txid, inputs, outputs }): Found => {
      const replaced = inputs
        .map((input) => this.#spenders.get(outpointText(input)))
        .find((other) => other !== undefined);
      if (replaced !== undefined && replaced !== txid) this.#replacedBy.set(replaced, txid);
      if (!operations.has(txid)) this.#others.add(txid);
      const replaces = replaced === txid ? null : (replaced ?? null);
      return { txid, bytes: transactions.get(txid) as Uint8Array, inputs, outputs, replaces };
    });
    return parentsFirst(found).filter(({ txid }) => operations.has(txid));
  }

  /** Transactions that are looked at for what they pay. */
  parse(transactions: ReadonlyMap<Txid, Uint8Array>): readonly Pick<Found, 'txid' | 'outputs'>[] {
    return transactions.size === 0 ? [] : madeBlock([...transactions.values()]).transactions;
  }

  /** Takes an operation in, whose funding is known now. What there is no room for is counted alone. */
  add(found: Found, spends: ReadonlyMap<string, TransactionOutput>): void {
    const { txid, bytes, inputs } = found;
    if (!this.#hasRoom(bytes.length)) {
      this.#leftOut.add(txid);
      return;
    }
    this.#waiting.set(txid, { ...found, spends, told: null, operation: null });
    this.#bytes += bytes.length;
    for (const input of inputs) this.#spenders.set(outpointText(input), txid);
  }

  /** Who spends now what an operation spent that left; null where nobody is known. */
  replacementOf(txid: Txid): Txid | null {
    return this.#replacedBy.get(txid) ?? null;
  }

  drop({ txid, bytes, inputs }: Waiting): void {
    this.#waiting.delete(txid);
    this.#replacedBy.delete(txid);
    this.#bytes -= bytes.length;
    for (const input of inputs) {
      const outpoint = outpointText(input);
      if (this.#spenders.get(outpoint) === txid) this.#spenders.delete(outpoint);
    }
  }

  /** These operations as events of a block of that height that holds nothing else. */
  events(waiting: readonly Waiting[], height: Height): readonly OperationEvent[] {
    if (waiting.length === 0) return [];
    const block = madeBlock(waiting.map(({ bytes }) => bytes));
    const spends = new Map<Txid, Record<number, TransactionOutput>>();
    for (const { inputs, spends: found } of waiting)
      for (const input of inputs) {
        const outputs = spends.get(input.txid) ?? {};
        const output = found.get(outpointText(input));
        if (output !== undefined) outputs[input.index] = output;
        spends.set(input.txid, outputs);
      }
    const scanned = scanBlock(block, this.#chain);
    const at = { block, height };
    const context = { chain: this.#chain, network: this.#network };
    const funding = (txid: Txid) => {
      const outputs = spends.get(txid);
      return outputs === undefined ? undefined : { outputs };
    };
    return operationEvents(context, at, scanned, funding).map(
      (event, i): OperationEvent => ({
        ...event,
        ...{ schema: 1, log: NO_LOG, epoch: 1, sequence: i + 1 },
        ...{ blockHash: NO_BLOCK, transactionIndex: i + 1, merklePath: '' },
      }),
    );
  }

  #hasRoom(bytes = 0): boolean {
    return this.#waiting.size < PENDING_OPERATIONS_MAX && this.#bytes + bytes <= PENDING_BYTES_MAX;
  }
}

const NO_LOG = '0'.repeat(32);
const NO_BLOCK = '0'.repeat(64) as BlockHash;
/** No header of any chain. */
const NO_HEADER = new Uint8Array(headerLength);

/** A block that nobody mined: what finds operations in blocks finds them here by the same rule. */
function madeBlock(transactions: readonly Uint8Array[]): Block {
  return parseBlock(joinBytes([NO_HEADER, compactSizeBytes(transactions.length), ...transactions]));
}
