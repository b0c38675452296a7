import type { Transaction, TransactionOutput, Txid } from '@virtualchain/bitcoin';
import { SCRIPT_BYTES_MAX } from '../limits.ts';

/** An output that is not spent. */
export interface Coin {
  readonly output: TransactionOutput;
  /** Of the block that made it. */
  readonly height: number;
  readonly isCoinbase: boolean;
}

/** `txid:index`. */
export type Outpoint = string;

export function outpointOf({ txid, index }: { readonly txid: Txid; readonly index: number }): Outpoint {
  return `${txid}:${index}`;
}

const OP_RETURN = 0x6a;

/** Outputs that nobody can ever spend are not kept. */
export function isUnspendable(script: Uint8Array): boolean {
  return script[0] === OP_RETURN || script.length > SCRIPT_BYTES_MAX;
}

/** The unspent outputs of one chain, and what each of its blocks spent, so that it can be taken back. */
export class CoinSet {
  readonly #coins = new Map<Outpoint, Coin>();

  get(outpoint: Outpoint): Coin | undefined {
    return this.#coins.get(outpoint);
  }

  entries(): Iterable<[Outpoint, Coin]> {
    return this.#coins.entries();
  }

  get size(): number {
    return this.#coins.size;
  }

  /** Spends what the transaction spends and adds what it makes. Returns what was spent, in the order of its inputs. */
  apply(transaction: Transaction, height: number): readonly Coin[] {
    const { inputs, outputs, txid, isCoinbase } = transaction;
    const spent = isCoinbase ? [] : inputs.map((input) => this.#take(outpointOf(input)));
    outputs.forEach((output, index) => {
      if (!isUnspendable(output.script)) this.#coins.set(outpointOf({ txid, index }), { output, height, isCoinbase });
    });
    return spent;
  }

  #take(outpoint: Outpoint): Coin {
    const coin = this.#coins.get(outpoint);
    if (coin === undefined) throw new RangeError(`no coin ${outpoint}`);
    this.#coins.delete(outpoint);
    return coin;
  }

  /** The opposite of `apply`, given what that returned. */
  revert({ inputs, outputs, txid }: Transaction, spent: readonly Coin[]): void {
    for (const index of outputs.keys()) this.#coins.delete(outpointOf({ txid, index }));
    spent.forEach((coin, index) => {
      const input = inputs[index];
      if (input !== undefined) this.#coins.set(outpointOf(input), coin);
    });
  }
}
