import { type Block, type BlockHash, parseBlock } from '@virtualchain/bitcoin';
import { type BlockTree, type ChainMove, createBlockTree, type KnownBlock } from './block-tree.ts';
import { blockProblem, placeProblem } from './check-block.ts';
import { CoinSet } from './coins.ts';
import { connectBlock, disconnectBlock, type ScriptMemory, type Undo } from './connect-block.ts';

/** What became of a block that was submitted. */
export type Submitted =
  | { readonly kind: 'connected' | 'beside' | 'duplicate' }
  /** By the name that Core has for it. */
  | { readonly kind: 'refused'; readonly reason: string };

/** A chain of blocks that were checked, and its coins. */
export interface Chain {
  readonly tree: BlockTree;
  readonly coins: CoinSet;
  /** What the transactions of a block of the best chain spent. */
  undoOf(known: KnownBlock): Undo;
  /** @throws BlockMalformed */
  submit(bytes: Uint8Array): Submitted;
  /** Why a block would not be taken on the tip; null when it would. Nothing is kept. */
  problemOf(bytes: Uint8Array): string | null;
  invalidate(hash: BlockHash): void;
  reconsider(hash: BlockHash): void;
  readonly memory: ScriptMemory;
}

/** Who is told of what a chain does, and the clock. */
export interface ChainOptions {
  /** Unix seconds. */
  readonly now: () => number;
  readonly memory: ScriptMemory;
  /** Whether the scripts of a block are known to be right: they are not run again. */
  readonly isVerified?: (known: KnownBlock) => boolean;
  /** After the tip has moved. */
  readonly moved?: (move: ChainMove) => void;
  /** A block was added, of any branch. */
  readonly added?: (known: KnownBlock) => void;
  /** A block, its scripts too, was found right. */
  readonly verified?: (known: KnownBlock) => void;
}

/** Nothing has to be verified. */
const EVERYTHING: ScriptMemory = { has: () => true, add: () => undefined };

/** What a chain is made of. */
interface Ground {
  readonly tree: BlockTree;
  readonly coins: CoinSet;
  readonly undos: Map<KnownBlock, Undo>;
  readonly options: ChainOptions;
}

/** A chain of nothing but the genesis block. */
export function createChain(options: ChainOptions): Chain {
  const tree = createBlockTree();
  const coins = new CoinSet();
  const undos = new Map<KnownBlock, Undo>([[tree.best, []]]);
  const ground = { tree, coins, undos, options };
  const { memory } = options;
  return {
    tree,
    coins,
    memory,
    undoOf: (known) => undos.get(known) ?? [],
    submit: (bytes) => submit(ground, bytes),
    problemOf(bytes) {
      const block = parseBlock(bytes);
      const problem = problemBefore(ground, block);
      if (problem !== null) return problem;
      const parent = tree.best;
      const known = { block, bytes, height: parent.height + 1, work: 0n, previous: parent } as KnownBlock;
      const outcome = connectBlock(known, coins, memory);
      if ('problem' in outcome) return outcome.problem;
      disconnectBlock(known, outcome.undo, coins);
      return null;
    },
    invalidate(hash) {
      tree.invalidate(hash);
      activate(ground);
    },
    reconsider(hash) {
      tree.reconsider(hash);
      activate(ground);
    },
  };
}

function submit(ground: Ground, bytes: Uint8Array): Submitted {
  const { tree, options } = ground;
  const block = parseBlock(bytes);
  const present = tree.known(block.hash);
  if (present !== null)
    return tree.isInvalid(present) ? { kind: 'refused', reason: 'duplicate-invalid' } : { kind: 'duplicate' };
  const problem = problemBefore(ground, block);
  if (problem !== null) return { kind: 'refused', reason: problem };
  const known = tree.add(bytes) as KnownBlock;
  options.added?.(known);
  const failure = activate(ground);
  if (failure !== null && tree.isInvalid(known)) return { kind: 'refused', reason: failure };
  return { kind: tree.isOnBestChain(known) ? 'connected' : 'beside' };
}

/** What is wrong with a block before its coins are looked at. */
function problemBefore({ tree, options }: Ground, block: Block): string | null {
  const problem = blockProblem(block);
  if (problem !== null) return problem;
  const parent = tree.known(block.header.previousHash);
  if (parent === null) return 'prev-blk-not-found';
  if (tree.isInvalid(parent)) return 'bad-prevblk';
  return placeProblem(block, parent, options.now());
}

/** Moves to the best candidate, and to the next one where a block on the way is wrong: why it was, is returned. */
function activate({ tree, coins, undos, options }: Ground): string | null {
  const { memory, isVerified, verified, moved } = options;
  const before = tree.best;
  let failure: string | null = null;
  while (tree.best !== tree.candidate) {
    const { disconnected, connected } = tree.path(tree.best, tree.candidate);
    for (const known of disconnected) {
      disconnectBlock(known, undos.get(known) as Undo, coins);
      tree.follow(known.previous as KnownBlock);
    }
    for (const known of connected) {
      const outcome = connectBlock(known, coins, isVerified?.(known) ? EVERYTHING : memory);
      if ('problem' in outcome) {
        failure = outcome.problem;
        tree.invalidate(known.block.hash);
        break;
      }
      undos.set(known, outcome.undo);
      tree.follow(known);
      verified?.(known);
    }
  }
  if (tree.best !== before) moved?.(tree.path(before, tree.best));
  return failure;
}
