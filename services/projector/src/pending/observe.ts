import { type Clock, createBackOff, type ExpectedError, isExpectedError, wallClock } from '@virtualchain/kernel';
import type { Mempool } from '@virtualchain/node-client';
import {
  beginPending,
  judgePending,
  type MachineInstance,
  type PendingLook,
  type PendingView,
  type Registry,
} from '@virtualchain/projection';
import { PENDING_ELSEWHERE_MS, PENDING_LOOK_MS_MIN, PENDING_REST, PENDING_SEEN_MS, RETRY } from '../limits.ts';
import { lookAtPending } from './look.ts';
import { PendingSet } from './pending-set.ts';

/** What whoever watches hears of operations in no block. */
export interface PendingEvents {
  /** All that wait are judged at this block. */
  pendingSeen(seen: { readonly height: number; readonly operations: number; readonly leftOut: number }): void;
  /** Node and projection do not stand at the same block now: nothing is said until they do. */
  pendingBehind(): void;
  /** Another projector of the machine observes. */
  pendingElsewhere(): void;
  /** Node or database could not be asked, or the rules threw; it is tried again. */
  pendingWaits(error: ExpectedError): void;
}

export interface ObserveOptions {
  readonly mempool: Mempool;
  readonly registry: Registry;
  readonly instance: MachineInstance;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  readonly events: PendingEvents;
  readonly clock?: Pick<Clock, 'sleep' | 'jitter'>;
}

/**
 * Judges the operations among a node's unconfirmed transactions on top of the live build, again at every change, and writes
 * what became of them into the view of the machine. Nothing of it reaches a log or a build. A projector that begins takes the view over;
 * one that lost it waits until nobody looks after it.
 */
export async function observePending(options: ObserveOptions): Promise<void> {
  const { registry, instance, signal, events, clock = wallClock } = options;
  const waits = createBackOff(RETRY, clock.jitter);
  for (let isForced = true; !signal.aborted; ) {
    try {
      const view = await beginPending(registry, instance, isForced);
      isForced = false;
      if (view !== null) await observe(view, options);
      if (signal.aborted) return;
      events.pendingElsewhere();
      await clock.sleep(PENDING_ELSEWHERE_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isExpectedError(error)) throw error;
      events.pendingWaits(error);
      await clock.sleep(waits.nextMs(), signal);
    }
  }
}

/** Until the signal, or until the view is another one's. */
async function observe(view: PendingView, options: ObserveOptions): Promise<void> {
  const { mempool, registry, instance, pollMs, signal, events, clock = wallClock } = options;
  const set = new PendingSet(instance.chain, instance.network);
  const judge = (question: Parameters<typeof judgePending>[2]) => judgePending(registry, instance, question);
  const waits = createBackOff(RETRY, clock.jitter);
  using wake = wakeUps(mempool, pollMs, signal);
  let last: PendingLook | null = null;
  while (!signal.aborted) {
    try {
      const startMs = performance.now();
      const { look, hasMore, settle } = await lookAtPending({ mempool, set, judge });
      const tookMs = performance.now() - startMs;
      waits.reset();
      if (look === null) events.pendingBehind();
      else {
        if (isNews(look, last) && !(await view.write(look))) return;
        settle();
        last = { ...look, happenings: [] };
        events.pendingSeen({ height: look.tip.height, operations: set.waiting.length, leftOut: look.leftOut });
      }
      // A large mempool takes long to list: node and database have most of the time for others, however often the node calls.
      await clock.sleep(Math.max(PENDING_LOOK_MS_MIN, PENDING_REST * tookMs), signal);
      // Who reads the view sees by it that somebody looks after it, also where nothing happens for long.
      while (look !== null && !hasMore && !(await wake.within(PENDING_SEEN_MS)))
        if (last !== null && !(await view.write(last))) return;
    } catch (error) {
      if (signal.aborted) return;
      if (!isExpectedError(error)) throw error;
      events.pendingWaits(error);
      await clock.sleep(waits.nextMs(), signal);
    }
  }
}

function isNews(look: PendingLook, last: PendingLook | null): boolean {
  return look.happenings.length > 0 || look.tip.hash !== last?.tip.hash || look.leftOut !== last.leftOut;
}

/** The signals of a mempool, those that come while nobody waits kept as one. */
function wakeUps(mempool: Pick<Mempool, 'watch'>, pollMs: number, signal: AbortSignal) {
  let isAwake = false;
  let resolve = () => {};
  const wake = (): void => {
    isAwake = true;
    resolve();
  };
  const subscription = mempool.watch(pollMs).subscribe(wake);
  signal.addEventListener('abort', wake, { once: true });
  return {
    /** Until the next one, or so long: false where none came. */
    async within(ms: number): Promise<boolean> {
      if (!isAwake)
        await new Promise<void>((done) => {
          const timer = setTimeout(done, ms);
          resolve = () => {
            clearTimeout(timer);
            done();
          };
        });
      const wasAwake = isAwake;
      isAwake = signal.aborted;
      return wasAwake;
    },
    [Symbol.dispose]: () => {
      subscription.unsubscribe();
      signal.removeEventListener('abort', wake);
    },
  };
}
