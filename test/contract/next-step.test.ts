import { expect, test } from '@jest/globals';
import { type BitcoinNode, failover, NodeTimeout, nextStep } from '@virtualchain/node-client';
import { buildChain, extendChain, forkAt, type TestChain } from '@virtualchain/testing';
import { memoryNode } from '../kit/memory-node.ts';
import { createNodeModel } from '../kit/node-model.ts';
import { branchOf } from './node.contract.ts';

/** What to do next, where a node misleads without lying: it is behind, fills itself again, or another takes over. */

function nodeWith(chains: readonly TestChain[], invalid: readonly TestChain[number][] = []): BitcoinNode {
  const model = createNodeModel();
  for (const chain of chains) for (const { bytes } of chain.slice(1)) model.submit(bytes);
  for (const { hash } of invalid) model.invalidate(hash);
  return memoryNode(model);
}

/** Two nodes as one; the one in use answers `answers` calls, and then fails once. */
function failingAfter(answers: number, first: BitcoinNode, second: BitcoinNode): BitcoinNode {
  let left = answers;
  const ask =
    <Args extends readonly unknown[], Result>(call: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      left -= 1;
      if (left === -1) throw new NodeTimeout('first', 'no answer');
      return call(...args);
    };
  const failing: BitcoinNode = {
    ...first,
    status: ask(first.status),
    blockHashAt: ask(first.blockHashAt),
    blockHashesFrom: ask(first.blockHashesFrom),
    header: ask(first.header),
    chainTips: ask(first.chainTips),
  };
  return failover([failing, second], { now: () => 0 });
}

const main = buildChain({ to: 30 });

test('failover-in-mid-step: whichever call another node answers, blocks of the best chain are never disconnected', async () => {
  const ours = branchOf(main.slice(0, 28));
  const ahead = nodeWith([main]);
  const behind = nodeWith([main.slice(0, 12)]);
  const invalidChild = forkAt(main, { at: 20, length: 3 });
  const knowsInvalid = nodeWith([main, invalidChild], invalidChild.slice(21, 22));
  for (let answers = 0; answers < 40; answers += 1) {
    for (const [first, second] of [
      [ahead, behind],
      [behind, ahead],
      [behind, knowsInvalid],
      [knowsInvalid, behind],
    ] as const) {
      const { kind } = await nextStep(failingAfter(answers, first, second), ours);
      expect(['connect', 'retry', 'behind', 'current']).toContain(kind);
    }
  }
});

test('refilling-node: an invalid branch that left ours further down does not make ours invalid', async () => {
  const stale = forkAt(main, { at: 15, length: 8 });
  const invalid = forkAt(main.slice(0, 21), { at: 20, length: 3, letter: 'c' });
  const refilling = nodeWith([stale, main.slice(0, 21), invalid], invalid.slice(21, 22));
  expect(await nextStep(refilling, branchOf(main))).toMatchObject({ kind: 'behind' });
});

test('a valid tip with an invalid child stays, while the best chain has only as much work', async () => {
  const rival = forkAt(main.slice(0, 21), { at: 18, length: 2 });
  const child = extendChain(main.slice(0, 21), { length: 1, letter: 'x' });
  const node = nodeWith([rival, child], child.slice(21));
  expect(await nextStep(node, branchOf(main.slice(0, 21)))).toMatchObject({ kind: 'behind' });
});

test('an invalid tip leaves, also for a branch with only as much work', async () => {
  const rival = forkAt(main.slice(0, 21), { at: 18, length: 2 });
  const node = nodeWith([main.slice(0, 21), rival], main.slice(20, 21));
  expect(await nextStep(node, branchOf(main.slice(0, 21)))).toMatchObject({
    kind: 'disconnect',
    reason: 'invalid',
    to: 18,
  });
});
