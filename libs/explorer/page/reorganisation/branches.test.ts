import { expect, test } from '@jest/globals';
import type { Change, FeedEntry } from '../data/answers.ts';
import { readReorganisation, wantsMore } from './branches.ts';
import { runsOf } from './runs.ts';

let position = 0;
const entry = (kind: string, blockHash: string, more: Partial<FeedEntry> = {}): FeedEntry => ({
  kind,
  cursor: `f:${++position}`,
  height: 100 + blockHash.length,
  blockHash,
  changes: [],
  ...more,
});

const change = (key: string, before: number | null, after: number | null): Change => ({
  collection: 'names',
  key: [key],
  before: before === null ? null : { n: before },
  after: after === null ? null : { n: after },
});

const operation = (txid: string) => ({ txid }) as NonNullable<FeedEntry['operation']>;

/** A block with one operation, which makes these changes. */
const block = (hash: string, txid: string, ...changes: readonly Change[]): readonly FeedEntry[] => [
  entry('block.opened', hash),
  entry('operation.accepted', hash, { operation: operation(txid), changes }),
  entry('block.sealed', hash, { consensusHash: `c${hash}` }),
];
const gone = (hash: string): FeedEntry => entry('block.retracted', hash);

const FEED = [
  ...block('a', 't1', change('x', 1, 2)),
  ...block('ab', 't2', change('x', 2, 3), change('y', null, 1)),
  gone('ab'),
  gone('a'),
  ...block('b', 't1', change('x', 1, 2)),
  ...block('bb', 't3', change('z', 5, null)),
  ...block('bbb', 't4', change('y', null, 1)),
  ...block('bbbb', 't5', change('y', 1, 7)),
];

test('both branches, with what differs, and what came again', () => {
  const found = readReorganisation(FEED);
  expect(found?.lost.map(({ hash, height }) => [hash, height])).toEqual([
    ['a', 101],
    ['ab', 102],
  ]);
  expect(found?.stands.map(({ hash, consensusHash }) => [hash, consensusHash])).toEqual([
    ['b', 'cb'],
    ['bb', 'cbb'],
    ['bbb', 'cbbb'],
  ]);
  expect(found?.differences).toEqual([
    { collection: 'names', key: ['x'], before: { n: 1 }, lost: { n: 3 }, stands: { n: 2 } },
    { collection: 'names', key: ['z'], before: { n: 5 }, lost: { n: 5 }, stands: null },
  ]);
  expect([...(found?.again.keys() ?? [])]).toEqual(['t1']);
});

test('a branch that goes as well is read up to where it went', () => {
  const found = readReorganisation([...FEED.slice(0, 11), gone('b'), ...block('c', 't6')]);
  expect(found?.stands.map(({ hash }) => hash)).toEqual(['b']);
});

test('of a block that nothing took back there is no reorganisation', () =>
  expect(readReorganisation(FEED.slice(0, 6))).toBeNull());

test('the feed is read until the other branch is a block longer', () => {
  const lengths = FEED.map((_, i) => i + 1).filter((length) => !wantsMore(FEED.slice(0, length)));
  expect(lengths[0]).toBe(17); // sealing bbb
  expect(wantsMore([...FEED.slice(0, 11), gone('b')])).toBe(false);
});

test('retractions come in runs, the newest first', () => {
  const at = (height: number) => ({ height, hash: `h${height}` });
  expect(runsOf([at(9), at(8), at(12), at(11), at(10), at(10)])).toMatchObject([
    { depth: 1, lowest: at(10) },
    { depth: 3, lowest: at(10), highest: at(12) },
    { depth: 2, lowest: at(8), highest: at(9) },
  ]);
});
