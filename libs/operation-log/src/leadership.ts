import { ExpectedError } from '@virtualchain/kernel';
import { BrokerUnavailable } from './errors.ts';

/** Whether this process should write, as far as the group knows. */
export type LeadershipState = 'leader' | 'standby';

/** Who leads, or why nobody could be asked: the process does not lead then, and goes on asking. */
export type CampaignNews = LeadershipState | ExpectedError;

/** What a process says of itself when it runs for the lead. */
export interface Campaign {
  /** Epoch of the newest writer this process opened, 0 before the first: the highest keeps the lead. */
  readonly epoch: () => number;
  /** Leaves the group, and ends the iteration. */
  readonly signal: AbortSignal;
}

/**
 * Chooses one of the processes that want to write a topic. A hint that keeps writers from fencing one another in turn;
 * safety is the fence alone. A live leader is never displaced by a stand-by.
 */
export interface Election extends AsyncDisposable {
  /**
   * Joins; yields the state, and then its changes. A slow consumer sees the newest one only. A refusal, whose remedy is `halt`, is
   * yielded too: asking again brings the same.
   */
  campaign(topic: string, campaign: Campaign): AsyncIterable<CampaignNews>;
}

/** What a process needs to stay in the race for a topic. */
export interface Candidacy extends Campaign {
  readonly topic: string;
  /** Is told whenever it is known who leads, or why it is not. */
  readonly set: (news: CampaignNews) => void;
}

/** An election out of what keeps one candidate in the race until its signal ends it. */
export function electionOf(stayInRace: (candidacy: Candidacy) => Promise<void>): Election {
  const stopped = new AbortController();
  return {
    async *campaign(topic, { epoch, signal }) {
      const left = new AbortController();
      const over = AbortSignal.any([signal, stopped.signal, left.signal]);
      const state = latestValue<CampaignNews>(over, isSame);
      state.set('standby');
      const staying = stayInRace({ topic, epoch, signal: over, set: state.set }).catch(state.fail);
      try {
        yield* state.values();
      } finally {
        left.abort();
        await staying;
      }
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
    },
  };
}

/** A failure that has no name of its own counts as one of what keeps the log: libraries stumble when a connection breaks. */
export function unavailableUnlessNamed(topic: string, error: unknown, keeper?: string): ExpectedError {
  return error instanceof ExpectedError ? error : new BrokerUnavailable(topic, error, keeper);
}

/** The same reason is told once, however often it comes. */
function isSame(a: CampaignNews, b: CampaignNews): boolean {
  return a === b || (typeof a !== 'string' && typeof b !== 'string' && a.message === b.message);
}

/** What a candidate says of itself when the group meets. */
export interface Candidate {
  readonly member: string;
  readonly epoch: number;
  /** Tells a leader that has not opened its writer yet from those who came after it. */
  readonly leads: boolean;
}

/** The candidate who leads: the newest writer, else who leads already, else the first by name. */
export function chooseLeader(candidates: readonly Candidate[]): string | null {
  const [first] = candidates.toSorted(
    (a, b) => b.epoch - a.epoch || Number(b.leads) - Number(a.leads) || (a.member < b.member ? -1 : 1),
  );
  return first?.member ?? null;
}

/** Hands on the newest value to a consumer that takes its time; equal values in a row are one. */
export function latestValue<Value>(signal: AbortSignal, isSame: (a: Value, b: Value) => boolean = Object.is) {
  let newest: { readonly value: Value } | null = null;
  let known: Value | null = null;
  let failure: { readonly error: unknown } | null = null;
  let wake = Promise.withResolvers<void>();
  const stop = () => wake.resolve();
  return {
    set(value: Value): void {
      if (known !== null && isSame(value, known)) return;
      known = value;
      newest = { value };
      wake.resolve();
    },
    fail(error: unknown): void {
      failure = { error };
      wake.resolve();
    },
    async *values(): AsyncGenerator<Value> {
      signal.addEventListener('abort', stop, { once: true });
      while (!signal.aborted) {
        if (failure !== null) throw (failure as { readonly error: unknown }).error;
        if (newest === null) {
          await wake.promise;
          wake = Promise.withResolvers<void>();
          continue;
        }
        const { value } = newest as { readonly value: Value };
        newest = null;
        yield value;
      }
      signal.removeEventListener('abort', stop);
    },
  };
}

/** Processes in one memory: the first to come leads until it leaves. */
export function createMemoryElection(): Election {
  const candidates = new Map<string, { member: string; set: (state: LeadershipState) => void }[]>();
  let members = 0;
  return {
    async *campaign(topic, { signal }) {
      members += 1;
      const state = latestValue<LeadershipState>(signal);
      const me = { member: `${members}`, set: state.set };
      const group = candidates.get(topic) ?? [];
      candidates.set(topic, group);
      group.push(me);
      me.set(group[0] === me ? 'leader' : 'standby');
      try {
        yield* state.values();
      } finally {
        group.splice(group.indexOf(me), 1);
        group[0]?.set('leader');
      }
    },
    async [Symbol.asyncDispose]() {},
  };
}
