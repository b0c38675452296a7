import { expect, test } from '@jest/globals';
import { type BlockHash, height } from '@virtualchain/bitcoin';
import type { BranchBlock } from '@virtualchain/operation-log';
import { trackBranch } from './branch.ts';

const hashOf = (at: number) => at.toString(16).padStart(64, '0') as BlockHash;
const block = (at: number): BranchBlock => ({
  height: height(at),
  hash: hashOf(at),
  previousHash: hashOf(at - 1),
  work: BigInt(2 * at),
  sequence: at,
  offset: BigInt(at),
});
const topic = 'vchain.regtest.kv';

function branchOver(log: readonly BranchBlock[]) {
  const tail = { log: '', epoch: 1, sequence: 9, block: block(9) };
  const writer = {
    tail,
    async *branch() {
      yield* log;
    },
  };
  return trackBranch(writer, { topic, firstBlock: height(1) });
}
const heightsOf = async (log: readonly BranchBlock[]) =>
  (await Array.fromAsync(branchOver(log).ancestors())).map((each) => Number(each.height));

const whole = [9, 8, 7, 6, 5, 4, 3, 2, 1].map(block);

test('what is in memory goes on in the log', async () => {
  expect(await heightsOf(whole)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
});

test.each([
  ['newest blocks', whole.slice(3)],
  ['everything', []],
])('branch-over-a-cut-log: a log that lost its %s is no branch below ours', async (_what, log) => {
  await expect(heightsOf(log)).rejects.toMatchObject({ code: 'LOG_FORKED', remedy: 'rewind' });
});
