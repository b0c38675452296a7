import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { type RealParts, startRealParts } from '@virtualchain/local';
import { type LeadershipState, openKafkaElection, openKafkaLog } from '@virtualchain/operation-log';

jest.setTimeout(60_000);

/** So long that nobody could mistake a member that was waited for for one that left, on the slowest machine. */
const SESSION_TIMEOUT_MS = 240_000;

let parts: RealParts<'kafka'>;
beforeAll(async () => {
  parts = await startRealParts({ need: ['kafka'] });
}, 180_000);
afterAll(async () => parts?.[Symbol.asyncDispose]());

/** A process that wants to lead; it remembers every state it was in. */
function candidate(topic: string, epoch: () => number = () => 0) {
  const election = openKafkaElection({ brokers: parts.kafka.brokers, sessionTimeoutMs: SESSION_TIMEOUT_MS });
  const stop = new AbortController();
  const states: LeadershipState[] = [];
  const waiting: (() => void)[] = [];
  const running = (async () => {
    for await (const state of election.campaign(topic, { epoch, signal: stop.signal })) {
      states.push(state);
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

test('a stand-by never displaces a live leader, and takes over from one that stopped cleanly without waiting for its session', async () => {
  await using log = openKafkaLog({ brokers: parts.kafka.brokers });
  await log.ensureTopic('leadership');
  const first = candidate('leadership', () => 1);
  await first.until('leader');
  const second = candidate('leadership');
  const third = candidate('leadership');
  await new Promise((resolve) => setTimeout(resolve, 6_000));
  expect(first.states.at(-1)).toBe('leader');
  expect(first.states.filter((state) => state === 'leader')).toHaveLength(1);
  expect([second.states, third.states]).toEqual([['standby'], ['standby']]);
  const stopped = performance.now();
  await Promise.all([first.leave(), Promise.race([second.until('leader'), third.until('leader')])]);
  expect(performance.now() - stopped).toBeLessThan(SESSION_TIMEOUT_MS / 2);
  expect([second.states.at(-1), third.states.at(-1)].toSorted()).toEqual(['leader', 'standby']);
  await Promise.all([second.leave(), third.leave()]);
});
