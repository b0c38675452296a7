import { expect, test } from '@jest/globals';
import { chooseLeader, createMemoryElection, latestValue } from './leadership.ts';

test.each([
  ['nobody leads an empty group', [], null],
  [
    'the newest writer leads',
    [
      ['a', 3, true],
      ['b', 4, false],
    ],
    'b',
  ],
  [
    'a newcomer does not displace a leader that has not written yet',
    [
      ['a', 0, false],
      ['b', 0, true],
    ],
    'b',
  ],
  [
    'a woken zombie that believes it leads does not',
    [
      ['a', 3, true],
      ['b', 4, true],
    ],
    'b',
  ],
  [
    'without any sign the first by name leads',
    [
      ['b', 0, false],
      ['a', 0, false],
    ],
    'a',
  ],
] as const)('%s', (_what, candidates, leader) => {
  const members = candidates.map(([member, epoch, leads]) => ({ member, epoch, leads }));
  expect(chooseLeader(members)).toBe(leader);
});

test('a stand-by leads once the leader leaves', async () => {
  const election = createMemoryElection();
  const [first, second] = [new AbortController(), new AbortController()];
  const one = election.campaign('t', { epoch: () => 0, signal: first.signal })[Symbol.asyncIterator]();
  const two = election.campaign('t', { epoch: () => 0, signal: second.signal })[Symbol.asyncIterator]();
  expect((await one.next()).value).toBe('leader');
  expect((await two.next()).value).toBe('standby');
  const next = two.next();
  first.abort();
  expect((await one.next()).done).toBe(true);
  expect((await next).value).toBe('leader');
});

test('a slow consumer sees the newest value only', async () => {
  const values = latestValue<number>(new AbortController().signal);
  for (const value of [1, 2, 3]) values.set(value);
  expect((await values.values().next()).value).toBe(3);
});
