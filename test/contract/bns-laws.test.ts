/**
 * Ten chains of random operations on the name system, drawn from seeds: the laws of its specification hold on all of them,
 * and together they reach every verdict there is.
 */
import { beforeAll, expect, jest, test } from '@jest/globals';
import { REASONS } from '../../services/cli/src/bns/sending/reasons.ts';
import { drawChain, type RandomChain } from '../kit/bns-random/chain.ts';
import { violations } from '../kit/bns-random/laws.ts';
import { againOf, BLOCKS, HAS_USUAL_SEEDS, SEEDS } from '../kit/bns-random/seeds.ts';

jest.setTimeout(300_000);

const chains = new Map<string, RandomChain>();

beforeAll(async () => {
  for (const seed of SEEDS) chains.set(seed, await drawChain(seed, BLOCKS));
}, 600_000);

test.each(SEEDS.map((seed) => [seed, againOf(seed, 'test/contract/bns-laws')]))(
  'seed %s: the laws of the specification hold (again: %s)',
  (seed) => expect(violations(chains.get(seed) as RandomChain)).toEqual([]),
);

test('a seed draws the same chain again', async () => {
  const [seed = ''] = SEEDS;
  const again = await drawChain(seed, 40);
  expect(again.fold.tip?.changesHash).toBe((await drawChain(seed, 40)).fold.tip?.changesHash);
});

/** How often each code was given, or an operation of a name accepted. */
function counted(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { fold, instance } of chains.values()) {
    for (const { event, verdict } of fold.blocks.flatMap(({ outcomes }) => outcomes)) {
      const { kind } = verdict.kind === 'accepted' ? instance.machine.parse(event) : { kind: verdict.code };
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
    }
  }
  return counts;
}

const OPERATIONS = [
  'namespace_preorder',
  'namespace_reveal',
  'namespace_ready',
  'name_import',
  'name_preorder',
  'name_registration',
  'name_renewal',
  'name_update',
  'name_transfer',
  'name_revoke',
  'announce',
  'token_transfer',
];

if (HAS_USUAL_SEEDS) {
  test('the ten chains reach every code that a verdict can have, and have every operation accepted many times', () => {
    const counts = counted();
    expect(Object.keys(REASONS).filter((code) => !counts.has(code))).toEqual([]);
    expect(OPERATIONS.filter((kind) => (counts.get(kind) ?? 0) < 20)).toEqual([]);
  });

  test.each([
    'preorder of a used hash',
    'namespace preorder of a used hash',
    'across kinds',
    'preordered twice',
    'stolen hash',
    'spoiled preorder',
    'spoiled reveal',
    'spoiled renew',
    'spoiled tokens',
  ])('the ten chains draw it, and more than once: %s', (why) => {
    const drawn = [...chains.values()].flatMap(({ whys }) => [...whys.values()]).filter((each) => each === why);
    expect(drawn.length).toBeGreaterThan(1);
  });
}
