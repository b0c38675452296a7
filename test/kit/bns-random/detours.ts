import type { FoldInput } from '@virtualchain/machine';
import type { LogEntry } from '@virtualchain/operation-log';
import type { Random } from '../../simulation/random.ts';
import { connected, disconnected } from '../bns-branches.ts';

const detours = 4;
const depthMax = 12;

/**
 * The log of a node that goes along a chain and leaves it a few times for another branch: the same operations there in
 * another order, some missing; and comes back.
 */
export function withDetours(random: Random, main: readonly FoldInput[]): readonly LogEntry[] {
  const leaving = new Set(Array.from({ length: detours }, () => random.between(1, main.length - 1)));
  const entries: LogEntry[] = [];
  for (const [index, input] of main.entries()) {
    entries.push(connected(input));
    if (!leaving.has(index)) continue;
    const left = main.slice(Math.max(0, index + 1 - random.between(1, depthMax)), index + 1);
    const branch = otherBranch(random, left.slice(0, random.between(1, left.length)), index);
    entries.push(
      ...left.toReversed().map(disconnected),
      ...branch.map(connected),
      ...branch.toReversed().map(disconnected),
      ...left.map(connected),
    );
  }
  return entries;
}

function otherBranch(random: Random, blocks: readonly FoldInput[], detour: number): readonly FoldInput[] {
  const hashOf = (hash: string) => (detour.toString(16).padStart(8, 'f') + hash.slice(8)) as FoldInput['hash'];
  return blocks.map((input, index) => {
    const hash = hashOf(input.hash);
    const operations = input.operations.filter(() => random.chance(0.7)).toReversed();
    return {
      ...input,
      hash,
      previousHash: index === 0 ? input.previousHash : hashOf(input.previousHash),
      operations: operations.map((operation, position) => ({
        ...operation,
        blockHash: hash,
        position,
        transactionIndex: position + 1,
      })),
    };
  });
}
