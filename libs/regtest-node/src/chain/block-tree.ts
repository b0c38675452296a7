import {
  type Block,
  type BlockHash,
  type Height,
  NULL_HASH,
  parseBlock,
  regtestGenesisBytes,
  type Transaction,
  workFromBits,
} from '@virtualchain/bitcoin';

/** A block as a node keeps it. */
export interface KnownBlock {
  readonly block: Block;
  readonly bytes: Uint8Array;
  readonly height: Height;
  /** Of this block and those below it, the genesis block aside. */
  readonly work: bigint;
  readonly previous: KnownBlock | null;
}

/** What a node thinks of the tip of a branch, as `getchaintips` calls it. */
export type TipStatus = 'active' | 'valid-fork' | 'valid-headers' | 'invalid';

export interface BranchTip {
  readonly tip: KnownBlock;
  /** Blocks above the best chain. */
  readonly branchLength: number;
  readonly status: TipStatus;
}

/** The blocks that a node knows, of all branches, and which of them are its best chain. */
export interface ChainView {
  /** Newest block of the best chain. */
  readonly best: KnownBlock;
  known(hash: string): KnownBlock | null;
  at(height: number): KnownBlock | null;
  isOnBestChain(known: KnownBlock): boolean;
  tips(): readonly BranchTip[];
  /** On the best chain only, as an index has it. */
  transaction(txid: string): { readonly transaction: Transaction; readonly in: KnownBlock } | null;
}

/** A tree of blocks. What a block holds is not looked at: who adds blocks has checked them, or does not mind. */
export interface BlockTree extends ChainView {
  /** Null when the parent is unknown. A block that is known already is not added again. */
  add(bytes: Uint8Array): KnownBlock | null;
  /** The block with the most work, of equal ones the first seen, on a branch without an invalid block. */
  readonly candidate: KnownBlock;
  /** Makes the best chain end here. */
  follow(tip: KnownBlock): void;
  /** From `from` down to the branch of `to`, newest first, and up to `to`, oldest first. */
  path(from: KnownBlock, to: KnownBlock): ChainMove;
  invalidate(hash: BlockHash): void;
  /** Also what is above and below it. */
  reconsider(hash: BlockHash): void;
  /** It, or a block below it. */
  isInvalid(known: KnownBlock): boolean;
  /** Makes a block the tip at a height, whatever is below it: the blocks in between are known by nothing. */
  place(bytes: Uint8Array, height: Height): void;
  /** Back to the genesis block. */
  reset(): void;
}

/** Blocks that the best chain loses, newest first, and then gains, oldest first. */
export interface ChainMove {
  readonly disconnected: readonly KnownBlock[];
  readonly connected: readonly KnownBlock[];
}

/** A tree of nothing but its first block. */
export function createBlockTree(genesisBytes: Uint8Array = regtestGenesisBytes): BlockTree {
  return new Tree(genesisBytes);
}

const parsed = new WeakMap<Uint8Array, Block>();

/** Several nodes, and one that fills itself again, are given the same bytes: they are read once. */
function parseOnce(bytes: Uint8Array): Block {
  const known = parsed.get(bytes);
  if (known !== undefined) return known;
  const block = parseBlock(bytes);
  parsed.set(bytes, block);
  return block;
}

class Tree implements BlockTree {
  readonly #genesisBytes: Uint8Array;
  /** Parents before their children. */
  readonly #blocks = new Map<string, KnownBlock>();
  /** Blocks by what they hold. */
  readonly #holders = new Map<string, readonly KnownBlock[]>();
  readonly #invalid = new Set<string>();
  /** Blocks that were on the best chain once. */
  readonly #followed = new Set<KnownBlock>();
  #bestChain: KnownBlock[] = [];
  #candidate: KnownBlock;

  constructor(genesisBytes: Uint8Array) {
    this.#genesisBytes = genesisBytes;
    this.#candidate = this.#begin();
  }

  get best(): KnownBlock {
    return this.#bestChain.at(-1) as KnownBlock;
  }

  get candidate(): KnownBlock {
    return this.#candidate;
  }

  reset(): void {
    this.#blocks.clear();
    this.#holders.clear();
    this.#invalid.clear();
    this.#followed.clear();
    this.#candidate = this.#begin();
  }

  #begin(): KnownBlock {
    const block = parseBlock(this.#genesisBytes);
    const genesis = { block, bytes: this.#genesisBytes, height: 0 as Height, work: 0n, previous: null };
    this.#blocks.set(block.hash, genesis);
    this.#bestChain = [genesis];
    return genesis;
  }

  add(bytes: Uint8Array): KnownBlock | null {
    const block = parseOnce(bytes);
    const present = this.#blocks.get(block.hash);
    if (present !== undefined) return present;
    const previous = this.#blocks.get(block.header.previousHash) ?? null;
    if (previous === null || block.header.previousHash === NULL_HASH) return null;
    const work = previous.work + workFromBits(block.header.bits);
    const known = { block, bytes, height: (previous.height + 1) as Height, work, previous };
    this.#blocks.set(block.hash, known);
    for (const { txid } of block.transactions) this.#holders.set(txid, [...(this.#holders.get(txid) ?? []), known]);
    if (work > this.#candidate.work && !this.isInvalid(known)) this.#candidate = known;
    return known;
  }

  place(bytes: Uint8Array, height: Height): void {
    const block = parseOnce(bytes);
    const known = { block, bytes, height, work: workFromBits(block.header.bits), previous: null };
    this.#blocks.set(block.hash, known);
    this.#bestChain[height] = known;
  }

  known(hash: string): KnownBlock | null {
    return this.#blocks.get(hash) ?? null;
  }

  at(height: number): KnownBlock | null {
    return this.#bestChain[height] ?? null;
  }

  isOnBestChain(known: KnownBlock): boolean {
    return this.#bestChain[known.height] === known;
  }

  tips(): readonly BranchTip[] {
    const parents = new Set([...this.#blocks.values()].map(({ previous }) => previous));
    const leaves = [...this.#blocks.values()].filter((known) => !parents.has(known) && known !== this.best);
    const others = leaves.map((tip): BranchTip => {
      let fork: KnownBlock | null = tip;
      while (fork !== null && !this.isOnBestChain(fork)) fork = fork.previous;
      const valid = this.#followed.has(tip) ? 'valid-fork' : 'valid-headers';
      const status = this.isInvalid(tip) ? 'invalid' : valid;
      return { tip, branchLength: tip.height - (fork?.height ?? 0), status };
    });
    return [{ tip: this.best, branchLength: 0, status: 'active' }, ...others];
  }

  transaction(txid: string): ReturnType<ChainView['transaction']> {
    const holder = this.#holders.get(txid)?.find((known) => known.height > 0 && this.isOnBestChain(known));
    const transaction = holder?.block.transactions.find((each) => each.txid === txid);
    return holder === undefined || transaction === undefined ? null : { transaction, in: holder };
  }

  follow(tip: KnownBlock): void {
    const { connected } = this.path(this.best, tip);
    const [lowest] = connected;
    this.#bestChain.length = (lowest?.height ?? tip.height + 1) as number;
    for (const each of connected) {
      this.#bestChain.push(each);
      this.#followed.add(each);
    }
  }

  path(from: KnownBlock, to: KnownBlock): ChainMove {
    const disconnected: KnownBlock[] = [];
    const connected: KnownBlock[] = [];
    let [down, up]: [KnownBlock | null, KnownBlock | null] = [from, to];
    while (down !== up) {
      if (up !== null && (down === null || up.height >= down.height)) {
        connected.push(up);
        up = up.previous;
      } else if (down !== null) {
        disconnected.push(down);
        down = down.previous;
      }
    }
    return { disconnected, connected: connected.reverse() };
  }

  invalidate(hash: BlockHash): void {
    this.#invalid.add(hash);
    this.#chooseCandidate();
  }

  reconsider(hash: BlockHash): void {
    const chosen = this.#blocks.get(hash);
    if (chosen === undefined) return;
    for (const each of [...this.#invalid]) {
      const known = this.#blocks.get(each);
      if (known === undefined || isAbove(known, chosen) || isAbove(chosen, known)) this.#invalid.delete(each);
    }
    this.#chooseCandidate();
  }

  isInvalid(known: KnownBlock): boolean {
    if (this.#invalid.size === 0) return false;
    for (let each: KnownBlock | null = known; each !== null; each = each.previous) {
      if (this.#invalid.has(each.block.hash)) return true;
    }
    return false;
  }

  #chooseCandidate(): void {
    const invalid = new Set<KnownBlock | null>();
    let chosen = this.#bestChain[0] as KnownBlock;
    for (const known of this.#blocks.values()) {
      if (invalid.has(known.previous) || this.#invalid.has(known.block.hash)) invalid.add(known);
      else if (known.work > chosen.work) chosen = known;
    }
    this.#candidate = chosen;
  }
}

/** Whether `high` is `low`, or builds on it. */
function isAbove(high: KnownBlock, low: KnownBlock): boolean {
  let each: KnownBlock | null = high;
  while (each !== null && each.height > low.height) each = each.previous;
  return each === low;
}
