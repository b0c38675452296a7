import type { Election, LeadershipState } from '@virtualchain/operation-log';
import { chooseLeader, latestValue } from '../../../libs/operation-log/src/leadership.ts';
import type { Random } from '../random.ts';
import type { Process } from '../run/process.ts';
import type { Scheduler } from '../run/scheduler.ts';

interface Member {
  readonly id: string;
  readonly process: Process;
  readonly epoch: () => number;
  readonly tell: (state: LeadershipState) => void;
  leads: boolean;
}

export interface FakeGroupSetup {
  readonly scheduler: Scheduler;
  readonly random: Random;
  /** Whether a leader that lost its place is told so late. */
  readonly tellsLate: () => boolean;
}

const SESSION_MS = 6_000;
const REBALANCE_MS = 300;

/** The group that ingesters compete in. A member that died or is frozen is missed after the session's time only. */
export class FakeGroup {
  readonly #setup: FakeGroupSetup;
  #members: Member[] = [];
  #ids = 0;
  #isPlanned = false;

  constructor(setup: FakeGroupSetup) {
    this.#setup = setup;
  }

  get leader(): string | null {
    return this.#members.find(({ leads }) => leads)?.process.name ?? null;
  }

  reachedBy(process: Process): Election {
    const join = (epoch: () => number, tell: Member['tell']): Member => this.#join(process, epoch, tell);
    const leave = (member: Member): void => this.#leave(member);
    return {
      async *campaign(_topic, { epoch, signal }) {
        await process.gate('own', 'join');
        const state = latestValue<LeadershipState>(signal);
        const member = join(epoch, state.set);
        try {
          yield* state.values();
        } finally {
          if (process.isAlive) leave(member);
        }
      },
      async [Symbol.asyncDispose]() {},
    };
  }

  /** The group removes a member that still runs, as after a long pause; it joins again some time later. */
  expel(process: Process): void {
    const { scheduler, random } = this.#setup;
    for (const member of this.#members.filter((each) => each.process === process)) {
      this.#leave(member);
      scheduler.after(random.between(1_000, 15_000), () => {
        if (!process.isAlive) return;
        member.leads = false;
        this.#add(member);
      });
    }
  }

  #join(process: Process, epoch: () => number, tell: Member['tell']): Member {
    this.#ids += 1;
    const member: Member = { id: `${this.#ids}`.padStart(6, '0'), process, epoch, tell, leads: false };
    this.#add(member);
    return member;
  }

  #add(member: Member): void {
    this.#members.push(member);
    this.#watch(member);
    this.#planRebalance();
  }

  #leave(member: Member): void {
    this.#members = this.#members.filter((each) => each !== member);
    this.#planRebalance();
  }

  /** A dead member is noticed when its session ends. */
  #watch(member: Member): void {
    const { scheduler } = this.#setup;
    scheduler.after(SESSION_MS / 2, () => {
      if (!this.#members.includes(member)) return;
      if (member.process.isAlive) this.#watch(member);
      else scheduler.after(SESSION_MS / 2, () => this.#leave(member));
    });
  }

  #planRebalance(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.#setup.scheduler.after(REBALANCE_MS + this.#setup.random.around(200), () => {
      this.#isPlanned = false;
      this.#rebalance();
    });
  }

  #rebalance(): void {
    const { random, tellsLate } = this.#setup;
    this.#members = this.#members.filter(({ process }) => process.isAlive);
    const chosen = chooseLeader(this.#members.map(({ id, epoch, leads }) => ({ member: id, epoch: epoch(), leads })));
    for (const member of this.#members) {
      const leads = member.id === chosen;
      const isDeposed = member.leads && !leads;
      member.leads = leads;
      const lateMs = isDeposed && tellsLate() ? random.between(500, 10_000) : random.around(20);
      member.process.deliver(lateMs, () => {
        if (this.#members.includes(member)) member.tell(member.leads ? 'leader' : 'standby');
      });
    }
  }
}
