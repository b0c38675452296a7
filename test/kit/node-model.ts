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
  const blocks = new Map<string, KnownBlock>();
  /** Blocks by what they hold. */
  const holders = new Map<string, readonly KnownBlock[]>();
  const invalid = new Set<string>();
  let bestChain: KnownBlock[] = [];
  reset();

  function reset(): void {
    blocks.clear();
    holders.clear();
    invalid.clear();
    bestChain = [];
    const block = parseBlock(genesisBytes);
    const genesis = { block, bytes: genesisBytes, height: 0 as Height, work: 0n, previous: null };
    blocks.set(block.hash, genesis);
    bestChain = [genesis];
  }

  function best(): KnownBlock {
    return bestChain.at(-1) as KnownBlock;
  }

  function isInvalid(known: KnownBlock): boolean {
    for (let each: KnownBlock | null = known; each !== null; each = each.previous) {
      if (invalid.has(each.block.hash)) return true;
    }
    return false;
  }

  function follow(tip: KnownBlock): void {
    const added: KnownBlock[] = [];
    let each: KnownBlock | null = tip;
    for (; each !== null && bestChain[each.height] !== each; each = each.previous) added.push(each);
    bestChain = [...bestChain.slice(0, (each?.height ?? -1) + 1), ...added.reverse()];
  }

  function chooseBest(): void {
    let chosen = bestChain[0] as KnownBlock;
    for (const known of blocks.values()) if (known.work > chosen.work && !isInvalid(known)) chosen = known;
    follow(chosen);
  }

  return {
    get best() {
      return best();
    },
    submit(bytes) {
      const block = parseOnce(bytes);
      const previous = blocks.get(block.header.previousHash) ?? null;
      if (previous === null) return block.header.previousHash === NULL_HASH;
      if (blocks.has(block.hash)) return true;
      const work = previous.work + workFromBits(block.header.bits);
      const known = { block, bytes, height: (previous.height + 1) as Height, work, previous };
      blocks.set(block.hash, known);
      for (const each of block.transactions) holders.set(each.txid, [...(holders.get(each.txid) ?? []), known]);
      if (previous === best()) bestChain.push(known);
      else if (work > best().work && !isInvalid(known)) follow(known);
      return true;
    },
    place(bytes, height) {
      const block = parseOnce(bytes);
      const known = { block, bytes, height, work: workFromBits(block.header.bits), previous: null };
      blocks.set(block.hash, known);
      bestChain[height] = known;
    },
    known: (hash) => blocks.get(hash) ?? null,
    at: (height) => bestChain[height] ?? null,
    isOnBestChain: (known) => bestChain[known.height] === known,
    tips() {
      const parents = new Set([...blocks.values()].map(({ previous }) => previous));
      const leaves = [...blocks.values()].filter((known) => !parents.has(known) && known !== best());
      const others = leaves.map((tip) => {
        let fork: KnownBlock | null = tip;
        while (fork !== null && bestChain[fork.height] !== fork) fork = fork.previous;
        const status = isInvalid(tip) ? 'invalid' : 'valid-fork';
        return { tip, branchLength: tip.height - (fork?.height ?? 0), status };
      });
      return [{ tip: best(), branchLength: 0, status: 'active' }, ...others];
    },
    transaction(txid) {
      const holder = holders.get(txid)?.find((known) => known.height > 0 && bestChain[known.height] === known);
      const transaction = holder?.block.transactions.find((each) => each.txid === txid);
      return holder === undefined || transaction === undefined ? null : { transaction, in: holder };
    },
    invalidate(hash) {
      invalid.add(hash);
      chooseBest();
    },
    reconsider(hash) {
      invalid.delete(hash);
      chooseBest();
    },
    reset,
  };
}
