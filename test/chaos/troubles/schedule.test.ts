import { expect, test } from '@jest/globals';
import { describeSchedule, drawSchedule, LINKS, minimumOf, VICTIMS } from './schedule.ts';

const troublesOf = (seed: number, minutes: number) => [...drawSchedule(seed, minutes).values()].flat();

test('a seed is one schedule, another seed another one', () => {
  const told = (seed: number): readonly string[] => describeSchedule(drawSchedule(seed, 10));
  expect(told(1)).toEqual(told(1));
  expect(told(2)).not.toEqual(told(1));
});

test.each([1, 2, 10, 30])('in %i minutes there is all that a run must have, within its time', (minutes) => {
  for (const seed of [1, 2, 3]) {
    const troubles = troublesOf(seed, minutes);
    const minimum = minimumOf(minutes);
    for (const victim of VICTIMS) {
      const of = (kind: 'kill' | 'pause') => troubles.filter((each) => each.kind === kind && each.victim === victim);
      expect(of('kill').length).toBeGreaterThanOrEqual(minimum.killsOfEach);
      expect(of('pause').length).toBeGreaterThanOrEqual(minimum.pausesOfEach);
    }
    for (const link of LINKS) {
      const faults = troubles.filter((each) => each.kind === 'fault' && each.link === link);
      expect(faults.length).toBeGreaterThanOrEqual(minimum.faultsOfEach);
    }
    for (const { atMs } of troubles) expect(atMs).toBeLessThan(minutes * 60_000);
  }
});

test('ten minutes kill each kind ten times, freeze each for longer than any session, and replace 100 blocks', () => {
  const troubles = troublesOf(1, 10);
  expect(minimumOf(10)).toMatchObject({ killsOfEach: 10, deepest: 100, operationsPerSecond: 10 });
  expect(troubles).toContainEqual(expect.objectContaining({ kind: 'deep reorg', depth: 100 }));
  for (const victim of VICTIMS) {
    const pauses = troubles.flatMap((each) => (each.kind === 'pause' && each.victim === victim ? [each.forMs] : []));
    expect(Math.max(...pauses)).toBeGreaterThan(10_000);
  }
});
