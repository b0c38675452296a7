import { expect, test } from '@jest/globals';
import type { Seals } from '@virtualchain/projection';
import fc from 'fast-check';
import { FIRST, type Otherwise, RULES, sealAt } from '../../../../test/kit/sealed-blocks.ts';
import type { AskSeals } from './first-difference.ts';
import { type Look, lookAtPeer } from './look.ts';

/** The blocks that somebody has. */
interface Blocks extends Otherwise {
  readonly count: number;
  /** Those below are not kept. */
  readonly keptFrom?: number;
}

const answerOf = ({ count, keptFrom = FIRST, ...otherwise }: Blocks, heights: readonly number[]): Seals => {
  const at = (height: number) => (height < keptFrom || height >= FIRST + count ? null : sealAt(height, otherwise));
  return { ...RULES, tip: at(FIRST + count - 1), seals: heights.map(at) };
};

interface Looked {
  readonly look: Look;
  /** Heights of each question that the peer was asked. */
  readonly questions: readonly (readonly number[])[];
}

async function look(ours: Blocks, theirs: Blocks | ((question: number) => Blocks), known?: number): Promise<Looked> {
  const questions: (readonly number[])[] = [];
  const asking: AskSeals = async (heights) => {
    questions.push(heights);
    return answerOf(typeof theirs === 'function' ? theirs(questions.length) : theirs, heights);
  };
  const difference = { blockHash: '', what: 'changes hash', ours: '', theirs: '' } as const;
  const found = await lookAtPeer({
    ours: async (heights) => answerOf(ours, heights),
    theirs: asking,
    firstBlock: FIRST,
    known: known === undefined ? null : { ...difference, height: known },
  });
  return { look: found, questions };
}

test('the first difference is found wherever it is, in whichever hash, whoever is ahead', () =>
  fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 3_000 }),
      fc.nat(3_500),
      fc.constantFrom('consensus hash', 'changes hash'),
      fc.option(fc.nat(3_500), { nil: undefined }),
      async (count, theirCount, offset, what, known) => {
        const from = FIRST + offset;
        const newest = FIRST + Math.min(count, theirCount) - 1;
        const { look: found } = await look({ count }, { count: theirCount, from, what }, known);
        if (newest < FIRST) expect(found).toEqual({ kind: 'apart' });
        else if (newest < from) expect(found).toEqual({ kind: 'agrees', height: newest });
        else {
          const place = { height: from, blockHash: sealAt(from).hash, what };
          expect(found).toMatchObject({ kind: 'disagrees', difference: place });
        }
      },
    ),
    { numRuns: 500 },
  ));

test('a million blocks take a few questions, and a difference that stands takes one', async () => {
  const from = FIRST + 654_321;
  const [ours, theirs] = [{ count: 1_000_000 }, { count: 1_000_000, from }];
  const first = await look(ours, theirs);
  expect(first.look).toMatchObject({ kind: 'disagrees', difference: { height: from } });
  const searching = first.questions.slice(2);
  expect(searching.length).toBeLessThanOrEqual(4);
  expect(Math.max(...first.questions.map((heights) => heights.length))).toBeLessThanOrEqual(32);
  const again = await look(ours, theirs, from);
  expect(again.look).toEqual(first.look);
  expect(again.questions.slice(2)).toEqual([[from - 1, from]]);
});

test.each([1, 2, 3, 7, 50])('a reorganisation of %s blocks that one has not seen is no difference', async (depth) => {
  const forkAt = FIRST + 100 - depth;
  const { look: found } = await look({ count: 100 }, { count: 100, forkAt, from: forkAt });
  expect(found.kind).toBe('agrees');
  // Steps below the tip double: the block that is compared is no deeper than twice the fork.
  const height = found.kind === 'agrees' ? found.height : 0;
  expect(height).toBeLessThan(forkAt);
  expect(height).toBeGreaterThanOrEqual(FIRST + 99 - 2 * depth);
});

test.each<[string, Blocks, Blocks]>([
  ['branches without a common block', { count: 100 }, { count: 100, forkAt: FIRST }],
  ['a peer that has no block yet', { count: 100 }, { count: 0 }],
  ['us, who have none', { count: 0 }, { count: 100 }],
])('%s are apart', async (_what, ours, theirs) => {
  expect((await look(ours, theirs)).look).toEqual({ kind: 'apart' });
});

test('a peer that keeps no old blocks: the first difference among those that both have', async () => {
  const theirs = { count: 100, from: FIRST + 10, keptFrom: FIRST + 40 };
  const { look: found } = await look({ count: 100 }, theirs);
  expect(found).toMatchObject({ kind: 'disagrees', difference: { height: FIRST + 40 } });
});

test('a reorganisation in the middle of the search ends it: the next look begins anew', async () => {
  const before = { count: 100, from: FIRST + 10 };
  const { look: found, questions } = await look({ count: 100 }, (question) =>
    question > 2 ? { ...before, forkAt: FIRST + 5 } : before,
  );
  expect([found.kind, questions.length]).toEqual(['apart', 3]);
});
