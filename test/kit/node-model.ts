import {
  type Block,
  type BlockHash,
  type Height,
  NULL_HASH,
  parseBlock,
  type Transaction,
  workFromBits,
} from '@virtualchain/bitcoin';
import { REGTEST_GENESIS } from '@virtualchain/testing';

/** A block as a node keeps it. */
export interface KnownBlock {
  readonly block: Block;
  readonly bytes: Uint8Array;
  readonly height: Height;
  readonly work: bigint;
  readonly previous: KnownBlock | null;
}

/** What the made-up nodes of the tests know: a tree of blocks, and which of them they call invalid. */
export interface NodeModel {
  /** Newest block of the best chain: most work, first seen, not invalid. */
  readonly best: KnownBlock;
  /** False when the parent is unknown. */
  submit(bytes: Uint8Array): boolean;
  /** Makes a block the tip at a height, whatever is below it: the node knows the blocks in between by nothing. */
  place(bytes: Uint8Array, height: Height): void;
  known(hash: string): KnownBlock | null;
  at(height: number): KnownBlock | null;
  isOnBestChain(known: KnownBlock): boolean;
  tips(): readonly { readonly tip: KnownBlock; readonly branchLength: number; readonly status: string }[];
  /** On the best chain only, as an index has it. */
  transaction(txid: string): { readonly transaction: Transaction; readonly in: KnownBlock } | null;
  invalidate(hash: BlockHash): void;
  reconsider(hash: BlockHash): void;
  /** Back to the genesis block. */
  reset(): void;
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

export function createNodeModel(genesisBytes: Uint8Array = REGTEST_GENESIS.bytes): NodeModel {
  return new BlockTree(genesisBytes);
}

class BlockTree implements NodeModel {
  readonly #genesisBytes: Uint8Array;
  readonly #blocks = new Map<string, KnownBlock>();
  /** Blocks by what they hold. */
  readonly #holders = new Map<string, readonly KnownBlock[]>();
  readonly #invalid = new Set<string>();
  #bestChain: KnownBlock[] = [];

  constructor(genesisBytes: Uint8Array) {
    this.#genesisBytes = genesisBytes;
    this.reset();
  }

  get best(): KnownBlock {
    return this.#bestChain.at(-1) as KnownBlock;
  }

  reset(): void {
    this.#blocks.clear();
    this.#holders.clear();
    this.#invalid.clear();
    const block = parseBlock(this.#genesisBytes);
    const genesis = { block, bytes: this.#genesisBytes, height: 0 as Height, work: 0n, previous: null };
    this.#blocks.set(block.hash, genesis);
    this.#bestChain = [genesis];
  }

  submit(bytes: Uint8Array): boolean {
    const block = parseOnce(bytes);
    const previous = this.#blocks.get(block.header.previousHash) ?? null;
    if (previous === null) return block.header.previousHash === NULL_HASH;
    if (this.#blocks.has(block.hash)) return true;
    const work = previous.work + workFromBits(block.header.bits);
    const known = { block, bytes, height: (previous.height + 1) as Height, work, previous };
    this.#blocks.set(block.hash, known);
    for (const { txid } of block.transactions) this.#holders.set(txid, [...(this.#holders.get(txid) ?? []), known]);
    if (previous === this.best) this.#bestChain.push(known);
    else if (work > this.best.work && !this.#isInvalid(known)) this.#follow(known);
    return true;
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

  tips(): ReturnType<NodeModel['tips']> {
    const parents = new Set([...this.#blocks.values()].map(({ previous }) => previous));
    const leaves = [...this.#blocks.values()].filter((known) => !parents.has(known) && known !== this.best);
    const others = leaves.map((tip) => {
      let fork: KnownBlock | null = tip;
      while (fork !== null && !this.isOnBestChain(fork)) fork = fork.previous;
      const status = this.#isInvalid(tip) ? 'invalid' : 'valid-fork';
      return { tip, branchLength: tip.height - (fork?.height ?? 0), status };
    });
    return [{ tip: this.best, branchLength: 0, status: 'active' }, ...others];
  }

  transaction(txid: string): ReturnType<NodeModel['transaction']> {
    const holder = this.#holders.get(txid)?.find((known) => known.height > 0 && this.isOnBestChain(known));
    const transaction = holder?.block.transactions.find((each) => each.txid === txid);
    return holder === undefined || transaction === undefined ? null : { transaction, in: holder };
  }

  invalidate(hash: BlockHash): void {
    this.#invalid.add(hash);
    this.#chooseBest();
  }

  reconsider(hash: BlockHash): void {
    this.#invalid.delete(hash);
    this.#chooseBest();
  }

  #isInvalid(known: KnownBlock): boolean {
    for (let each: KnownBlock | null = known; each !== null; each = each.previous) {
      if (this.#invalid.has(each.block.hash)) return true;
    }
    return false;
  }

  #chooseBest(): void {
    let chosen = this.#bestChain[0] as KnownBlock;
    for (const known of this.#blocks.values()) if (known.work > chosen.work && !this.#isInvalid(known)) chosen = known;
    this.#follow(chosen);
  }

  #follow(tip: KnownBlock): void {
    const added: KnownBlock[] = [];
    let each: KnownBlock | null = tip;
    for (; each !== null && !this.isOnBestChain(each); each = each.previous) added.push(each);
    this.#bestChain = [...this.#bestChain.slice(0, (each?.height ?? -1) + 1), ...added.reverse()];
  }
}
