import type { Election, LeadershipState } from '@virtualchain/operation-log';
import { chooseLeader, latestValue } from '../../../libs/operation-log/src/leadership.ts';
import type { Random } from '../random.ts';
import type { Process } from '../run/process.ts';
import type { Scheduler } from '../run/scheduler.ts';

interface Member {
  readonly id: string;
  readonly process: Process;
  readonly epoch: () => number;
  readonly hear: (state: LeadershipState) => void;
  leads: boolean;
}

/** The group that ingesters compete in. A member that died or is frozen is missed after the session's time only. */
export interface FakeGroup {
  reachedBy(process: Process): Election;
  /** The group forgets a member that still runs, as after a long pause; it joins again by and by. */
  expel(process: Process): void;
  readonly leader: string | null;
}

const SESSION_MS = 6_000;
const REBALANCE_MS = 300;

export function createFakeGroup(scheduler: Scheduler, random: Random, hearsLate: () => boolean): FakeGroup {
  let members: Member[] = [];
  let ids = 0;
  let planned = false;

  function rebalanceSoon(ms: number): void {
    scheduler.after(ms, () => {
      planned = false;
      rebalance();
    });
  }

  function plan(): void {
    if (planned) return;
    planned = true;
    rebalanceSoon(REBALANCE_MS + random.around(200));
  }

  function rebalance(): void {
    members = members.filter(({ process }) => process.isAlive);
    const chosen = chooseLeader(members.map(({ id, epoch, leads }) => ({ member: id, epoch: epoch(), leads })));
    for (const member of members) {
      const leads = member.id === chosen;
      const isDeposed = member.leads && !leads;
      member.leads = leads;
      const lateMs = isDeposed && hearsLate() ? random.between(500, 10_000) : random.around(20);
      member.process.deliver(lateMs, () => {
        if (members.includes(member)) member.hear(member.leads ? 'leader' : 'standby');
      });
    }
  }

  function leave(member: Member): void {
    members = members.filter((each) => each !== member);
    plan();
  }

  /** A dead member is noticed when its session ends. */
  function watch(member: Member): void {
    scheduler.after(SESSION_MS / 2, () => {
      if (!members.includes(member)) return;
      if (member.process.isAlive) watch(member);
      else scheduler.after(SESSION_MS / 2, () => leave(member));
    });
  }

  return {
    reachedBy: (process) => ({
      async *campaign(_topic, { epoch, signal }) {
        await process.gate('own', 'join');
        const state = latestValue<LeadershipState>(signal);
        ids += 1;
        const member: Member = { id: `${String(ids).padStart(6, '0')}`, process, epoch, hear: state.set, leads: false };
        members.push(member);
        watch(member);
        plan();
        try {
          yield* state.values();
        } finally {
          if (process.isAlive) leave(member);
        }
      },
      async [Symbol.asyncDispose]() {},
    }),
    expel(process) {
      for (const member of members.filter((each) => each.process === process)) {
        members = members.filter((each) => each !== member);
        plan();
        scheduler.after(random.between(1_000, 15_000), () => {
          if (!process.isAlive) return;
          member.leads = false;
          members.push(member);
          watch(member);
          plan();
        });
      }
    },
    get leader() {
      return members.find(({ leads }) => leads)?.process.name ?? null;
    },
  };
}
