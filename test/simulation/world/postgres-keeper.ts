import { createHash } from 'node:crypto';
import { createPostgresBroker, type FencedProducer, type MemoryStep } from '@virtualchain/operation-log';
import { postgresHarness } from '../../contract/postgres-hands.ts';
import { everythingSettled, type LogKeeper, type SharedBroker } from './shared-broker.ts';

/**
 * The log of a run in a real Postgres. What is asked of it is done one thing after another, and virtual time stands still
 * until it is done, so that a seed is the same run every time. A transaction reaches Postgres in one piece, when its commit is
 * due: one that stood open while virtual time goes on would keep real ones waiting for a process that does not run. What
 * happens to a process within its transaction is for the suites that kill processes.
 */
export function postgresKeeper(url: string): LogKeeper & AsyncDisposable {
  const broker = createPostgresBroker({ url });
  const hands = postgresHarness(url, async () => undefined);
  let busy = 0;
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    busy += 1;
    const done = last.then(work).finally(() => {
      busy -= 1;
    });
    last = done.catch(() => undefined); // whoever asked meets it
    return done;
  };

  const fence: SharedBroker['fence'] = (topic, id) => inTurn(() => broker.fence(topic, id));
  const shared: SharedBroker = {
    ensureTopic: (topic) => inTurn(() => broker.ensureTopic(topic)),
    offsets: (topic) => inTurn(() => broker.offsets(topic)),
    fetch: (topic, offset, options) => inTurn(() => broker.fetch(topic, offset, options)),
    commitOffset: (topic, group, next) => inTurn(() => broker.commitOffset(topic, group, next)),
    fence,
    close: async () => undefined,
    reachedBy: (between) => ({
      async fence(topic, id) {
        await between('fence');
        return inSteps(await fence(topic, id), between, inTurn);
      },
    }),
    recreateTopic: (topic) => void inTurn(() => hands.recreate(topic, 0)),
    cutTail: (topic, offset) => void inTurn(() => hands.cutTail(topic, offset)),
    inject: (topic, values) => void inTurn(() => hands.inject(topic, values)),
  };
  const times = new Map<string, number>();
  return {
    broker: shared,
    writtenAt: {
      get: (value) => times.get(digest(value)),
      set(value, ms) {
        times.set(digest(value), ms);
        return this;
      },
    } as LogKeeper['writtenAt'],
    async settled() {
      await everythingSettled();
      while (busy > 0) {
        await last;
        await everythingSettled();
      }
    },
    async [Symbol.asyncDispose]() {
      await broker.close();
      await hands.close();
    },
  };
}

/** A record that comes back from Postgres is another object: it is known by what it says. */
const digest = (value: Uint8Array): string => createHash('sha256').update(value).digest('base64');

/** The same producer, with the steps between which a process may die, fail or be late. */
function inSteps(
  producer: FencedProducer,
  between: (step: MemoryStep) => Promise<void>,
  inTurn: <Result>(work: () => Promise<Result>) => Promise<Result>,
): FencedProducer {
  return {
    async transact(batches, above) {
      for (const _batch of batches) {
        await between('send');
        await between('after-send');
      }
      await between('commit');
      const offsets = await inTurn(() => producer.transact(batches, above));
      await between('after-commit');
      return offsets;
    },
    close: async () => undefined,
  };
}
