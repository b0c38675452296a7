import { bytesToHex, concatBytes } from '@virtualchain/bitcoin';
import { type BuiltBlock, fundWallets, type Miner, type SignedTransaction, type Wallet } from '@virtualchain/testing';

/** Numbers from 0 up to 1, always the same for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const encoder = new TextEncoder();
const NAMES = 12;

/** People who send kv operations, sensible and not, as a seed has it. */
export class Traffic {
  readonly #wallets: readonly Wallet[];
  readonly #random: () => number;

  private constructor(wallets: readonly Wallet[], random: () => number) {
    this.#wallets = wallets;
    this.#random = random;
  }

  static async fund(miner: Miner, seed: number, people = 4): Promise<Traffic> {
    const wallets = Array.from({ length: people }, (_, i) => miner.walletOf(`person ${i} of ${seed}`));
    await fundWallets(miner, wallets, { coinsEach: 25 });
    return new Traffic(wallets, seeded(seed));
  }

  /** Signed operations for one block on the branch that ends at `tip`. */
  operations(count: number, tip: BuiltBlock): readonly SignedTransaction[] {
    return Array.from({ length: count }, () => this.#pick(this.#wallets).operation(this.#payload(), { tip: tip.hash }));
  }

  /** After blocks were mined on another branch: what was signed for the old one is forgotten. */
  forgetPending(): void {
    for (const wallet of this.#wallets) wallet.forgetPending();
  }

  #payload(): Uint8Array {
    const name = `n${Math.floor(this.#random() * NAMES)}`;
    const roll = this.#random();
    if (roll < 0.4) return encoder.encode(`kv+${name}`);
    if (roll < 0.65) return encoder.encode(`kv=${name}:${bytesToHex(encoder.encode(String(this.#random())))}`);
    if (roll < 0.8) return concatBytes(encoder.encode(`kv>${name}:`), this.#pick(this.#wallets).keyHash);
    if (roll < 0.9) return encoder.encode(`kv-${name}`);
    if (roll < 0.95) return encoder.encode(`kv!${name}`);
    return concatBytes(encoder.encode('kv'), Uint8Array.of(Math.floor(this.#random() * 256), 0, 255));
  }

  #pick<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)] as Item;
  }
}
