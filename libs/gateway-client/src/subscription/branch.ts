import type { RowChange } from '../entries.ts';
import { BLOCKS_HELD_MAX, BLOCKS_WITH_CHANGES_MAX } from '../limits.ts';

/** A block that the subscriber has, or has a part of. */
export interface HeldBlock {
  readonly height: number;
  readonly hash: string;
  readonly previousHash: string | null;
  /** Nothing more of it will come. */
  readonly isWhole: boolean;
  /** What it changed so far; null where that is not remembered, or not all of it came. */
  readonly changes: readonly RowChange[] | null;
  readonly changesHash: string | null;
}

type Place = Pick<HeldBlock, 'height' | 'hash'>;

/** What an entry does to the branch: a block comes, a part of it, its end, or the newest one leaves. */
export type Step =
  | {
      readonly kind: 'block';
      readonly block: Place & { readonly previousHash: string };
      readonly isWhole: boolean;
      readonly changes: readonly RowChange[];
    }
  | { readonly kind: 'part'; readonly block: Place; readonly changes: readonly RowChange[] }
  | {
      readonly kind: 'seal';
      readonly block: Place;
      readonly changes: readonly RowChange[];
      readonly changesHash: string;
    }
  | { readonly kind: 'back'; readonly block: Place };

/** The newest blocks that the subscriber has, oldest first. */
export interface Branch {
  readonly blocks: readonly HeldBlock[];
  /** @returns why the step does not follow on what is held, null where it does and was taken */
  take(step: Step): string | null;
  /** All that there is came: the newest block is whole. */
  end(): void;
  /** Forgets the newest block. */
  drop(): void;
}

/**
 * Keeps the newest blocks of a subscriber's branch. Where blocks are told of, each has to build on the one before it; where
 * they are not, an operation may be of any later block.
 */
export function createBranch(known: readonly Place[], areBlocksTold: boolean): Branch {
  const blocks: HeldBlock[] = known.map(({ height, hash }) => {
    return { height, hash, previousHash: null, isWhole: true, changes: null, changesHash: null };
  });
  const replaceNewest = (fields: Partial<HeldBlock>): void => {
    const newest = blocks.pop();
    if (newest !== undefined) blocks.push({ ...newest, ...fields });
  };
  const push = (block: HeldBlock): void => {
    replaceNewest({ isWhole: true });
    blocks.push(block);
    const old = blocks.at(-1 - BLOCKS_WITH_CHANGES_MAX);
    if (old !== undefined) blocks[blocks.length - 1 - BLOCKS_WITH_CHANGES_MAX] = { ...old, changes: null };
    if (blocks.length > BLOCKS_HELD_MAX) blocks.shift();
  };
  const parted = (place: Place, changes: readonly RowChange[] | null): HeldBlock => {
    return { ...place, previousHash: null, isWhole: false, changes, changesHash: null };
  };
  /** Why a part of a block cannot come now. */
  const misplaced = ({ height, hash }: Place): string | null => {
    const newest = blocks.at(-1);
    if (newest === undefined || newest.hash === hash || !areBlocksTold) return null;
    return `a part of block ${height} ${hash} behind block ${newest.height} ${newest.hash}`;
  };

  return {
    blocks,
    end: () => replaceNewest({ isWhole: true }),
    drop: () => void blocks.pop(),
    take(step) {
      const newest = blocks.at(-1);
      const { block } = step;
      switch (step.kind) {
        case 'block': {
          const { isWhole, changes } = step;
          if (areBlocksTold && newest !== undefined && (step.block.previousHash !== newest.hash || !newest.isWhole))
            return `block ${block.height} builds on ${step.block.previousHash}, behind block ${newest.height} ${newest.hash}`;
          push({ ...step.block, isWhole, changes, changesHash: null });
          return null;
        }
        case 'part':
        case 'seal': {
          const problem = misplaced(block);
          if (problem !== null) return problem;
          // Where the beginning of the block is not known, its changes are not all known.
          if (newest?.hash !== block.hash) push(parted(block, areBlocksTold ? null : step.changes));
          else if (newest.changes !== null) replaceNewest({ changes: [...newest.changes, ...step.changes] });
          if (step.kind === 'seal') replaceNewest({ isWhole: true, changesHash: step.changesHash });
          return null;
        }
        case 'back': {
          if (areBlocksTold && newest !== undefined && newest.hash !== block.hash)
            return `block ${block.height} ${block.hash} leaves, which is not the newest one, ${newest.height} ${newest.hash}`;
          const at = blocks.findLastIndex(({ hash }) => hash === block.hash);
          if (at >= 0) blocks.length = at;
          return null;
        }
      }
    },
  };
}
