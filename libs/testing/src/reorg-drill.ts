import { deepStrictEqual } from 'node:assert/strict';
import { type AnyStateMachine, type FoldInput, MemoryFold } from '@virtualchain/machine';

/** What a history left behind, comparable. */
export interface Standing {
  readonly height: number;
  /** By block, oldest first. */
  readonly blocks: readonly {
    readonly hash: string;
    readonly opsHash: string;
    readonly consensusHash: string;
    readonly changesHash: string;
  }[];
  /** All rows, by collection. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>;
}

/**
 * Proves that where a machine ends up never depends on the detours: folds `main`, takes it back down to what is common,
 * folds `fork`, and goes back to `main` again. Each time hashes and rows must equal those of a fold that never knew the
 * other branch. Answers the standing on `fork`.
 * @throws AssertionError naming the step.
 */
export async function reorgDrill(
  machine: AnyStateMachine,
  main: readonly FoldInput[],
  fork: readonly FoldInput[],
): Promise<Standing> {
  const fold = await MemoryFold.open(machine);
  const freshMain = await freshStanding(machine, main);
  const freshFork = await freshStanding(machine, fork);
  await switchTo(fold, main);
  deepStrictEqual(standing(fold), freshMain, 'folding the main branch twice gives two results');
  await switchTo(fold, fork);
  deepStrictEqual(standing(fold), freshFork, 'after the reorganisation the fork is not what a fresh fold of it is');
  await switchTo(fold, main);
  deepStrictEqual(standing(fold), freshMain, 'after the way back the main branch is not what a fresh fold of it is');
  return freshFork;
}

/** Takes back what is not on `branch`, newest first, and folds the rest of it. */
async function switchTo(fold: MemoryFold, branch: readonly FoldInput[]): Promise<void> {
  const wanted = new Set<string>(branch.map(({ hash }) => hash));
  while (fold.tip !== null && !wanted.has(fold.tip.block.hash)) fold.disconnect();
  for (const input of branch) if (input.height > fold.height) await fold.connect(input);
}

async function freshStanding(machine: AnyStateMachine, branch: readonly FoldInput[]): Promise<Standing> {
  const fold = await MemoryFold.open(machine);
  for (const input of branch) await fold.connect(input);
  return standing(fold);
}

function standing(fold: MemoryFold): Standing {
  return {
    height: fold.height,
    blocks: fold.blocks.map(({ block, opsHash, consensusHash, changesHash }) => ({
      hash: block.hash,
      opsHash,
      consensusHash,
      changesHash,
    })),
    rows: Object.fromEntries(Object.keys(fold.machine.collections).map((name) => [name, fold.state.dump(name)])),
  };
}
