import { expect, test } from '@jest/globals';
import type { Election, LeadershipState } from '@virtualchain/operation-log';

/** An election under test. */
export interface ElectionHarness {
  /** An election of its own, as another process would have. */
  open(): Election;
  /** Makes the topic that is led. */
  ensureTopic(topic: string): Promise<void>;
  /** Longer than it takes to notice that a member is gone, and much less than its session lasts. */
  readonly handOverLimitMs: number;
}

/** A process that wants to lead; it remembers every state it was in. */
export function candidate(election: Election, topic: string, epoch: () => number = () => 0) {
  const stop = new AbortController();
  const states: LeadershipState[] = [];
  const waiting: (() => void)[] = [];
  const running = (async () => {
    for await (const state of election.campaign(topic, { epoch, signal: stop.signal })) {
      states.push(typeof state === 'string' ? state : 'standby');
      for (const wake of waiting.splice(0)) wake();
    }
  })();
  return {
    states,
    async until(state: LeadershipState): Promise<void> {
      while (states.at(-1) !== state) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    async leave(): Promise<void> {
      stop.abort();
      await running;
    },
  };
}

/** What every election must do, whatever keeps the log. */
export function leadershipContract(start: () => ElectionHarness): void {
  test('a stand-by never displaces a live leader, and takes over from one that stopped cleanly without waiting for its session', async () => {
    const harness = start();
    await harness.ensureTopic('leadership');
    const first = candidate(harness.open(), 'leadership', () => 1);
    await first.until('leader');
    const second = candidate(harness.open(), 'leadership');
    const third = candidate(harness.open(), 'leadership');
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(first.states.at(-1)).toBe('leader');
    expect(first.states.filter((state) => state === 'leader')).toHaveLength(1);
    expect([second.states, third.states]).toEqual([['standby'], ['standby']]);
    const stopped = performance.now();
    await Promise.all([first.leave(), Promise.race([second.until('leader'), third.until('leader')])]);
    expect(performance.now() - stopped).toBeLessThan(harness.handOverLimitMs);
    expect([second.states.at(-1), third.states.at(-1)].toSorted()).toEqual(['leader', 'standby']);
    await Promise.all([second.leave(), third.leave()]);
  });
}
