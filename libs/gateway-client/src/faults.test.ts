/** A stream that is cut anywhere, repeated from anywhere, and leaves blocks out: every entry comes once, in order. */
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { entries, ScriptedGateway, stream } from '../../../test/kit/scripted-gateway.ts';
import { followFeed } from './follow-feed.ts';

interface Entry {
  readonly kind: string;
  readonly cursor: string;
  readonly height: number;
  readonly blockHash: string;
}

const hashOf = (block: number): string => block.toString(16).padStart(64, '0');

/** The feed of a walk: true adds a block with so many operations, false takes the newest back. */
function feedOf(walk: readonly (readonly [isForward: boolean, operations: number])[]): readonly Entry[] {
  const feed: Entry[] = [];
  const branch = [0];
  let blocks = 0;
  const tell = (kind: string, block: number, height: number, more: object = {}) =>
    feed.push({
      kind,
      cursor: `f:${feed.length + 1}`,
      height,
      blockHash: hashOf(block),
      changes: [],
      ...more,
    } as Entry);
  for (const [isForward, operations] of walk) {
    if (!isForward && branch.length > 1) {
      const block = branch.pop() ?? 0;
      tell('block.retracted', block, branch.length);
      continue;
    }
    const [parent, block, height] = [branch.at(-1) ?? 0, ++blocks, branch.length];
    branch.push(block);
    tell('block.opened', block, height, { previousHash: hashOf(parent), time: block });
    for (let i = 0; i < operations; i += 1)
      tell('operation.accepted', block, height, {
        code: null,
        detail: null,
        operation: { txid: hashOf(i), position: i },
      });
    tell('block.sealed', block, height, { changesHash: hashOf(block) });
  }
  return feed;
}

/** What one connection does wrong: repeats so many entries, leaves one out, and is cut behind a part of the rest. */
const fault = fc.record({
  repeats: fc.nat(6),
  leavesOut: fc.option(fc.nat(10)),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

const walks = fc.array(
  fc.tuple(
    fc.boolean().map((back) => !back),
    fc.nat(2),
  ),
  { minLength: 1, maxLength: 25 },
);

test('whatever connections do wrong, every entry comes once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(walks, fc.array(fault, { maxLength: 12 }), async (walk, faults) => {
      const feed = feedOf(walk);
      const left = [...faults];
      await using gateway = await ScriptedGateway.answering(({ searchParams }) => {
        const done = Number((searchParams.get('after') ?? 'f:0').slice(2));
        const wrong = left.shift();
        if (wrong === undefined) return stream('stays open', entries(...feed.slice(done)));
        const told = feed.slice(Math.max(0, done - wrong.repeats));
        // Before the first entry nothing tells that there was another.
        const out = wrong.leavesOut === null || done === 0 ? undefined : told[wrong.leavesOut];
        const sent = told.filter((entry) => entry !== out);
        const text = entries(...sent);
        return stream('cut', text.slice(0, Math.floor(text.length * wrong.share)));
      });
      const seen: string[] = [];
      const clock = { sleep: async () => undefined };
      const signal = AbortSignal.timeout(20_000);
      for await (const { cursor } of followFeed({
        gateway: gateway.url,
        chain: 'kv',
        machine: 'kv',
        from: 'start',
        clock,
        signal,
      })) {
        seen.push(cursor);
        if (seen.length === feed.length) break;
      }
      expect(seen).toEqual(feed.map(({ cursor }) => cursor));
    }),
    { numRuns: 60 },
  );
}, 120_000);
