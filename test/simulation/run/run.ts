import { createRandom, type Random } from '../random.ts';
import { drawFaultPlan, type FaultPlan } from './fault-plan.ts';
import { createFaults, type Faults } from './faults.ts';
import { createJournal, type Journal, type JournalOptions } from './journal.ts';
import type { Host } from './process.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';

export const TOPIC = 'vchain.regtest.kv';

/** What all parts of one run share. */
export interface Run {
  readonly seed: number;
  readonly plan: FaultPlan;
  readonly scheduler: Scheduler;
  /** Draws faults, delays and whatever else the environment decides. */
  readonly random: Random;
  /** Draws what is mined, and where. */
  readonly minerRandom: Random;
  readonly journal: Journal;
  readonly faults: Faults;
  /** What every process of the run is started with. */
  readonly host: Host;
  /**
   * A source of its own for one part. Its label belongs to the seed: with another label every seed is another run,
   * which is why some labels ('climate', 'luck', 'plans', 'world') are older words than those of the code.
   */
  fork(label: string): Random;
}

export interface RunSettings extends JournalOptions {
  readonly seed: number;
  readonly faultPlan: Partial<FaultPlan> | undefined;
  /** Comes when nothing is left that one event began. */
  readonly settled: () => Promise<void>;
}

export function createRun({ seed, faultPlan, settled, ...journalOptions }: RunSettings): Run {
  const { fork } = createRandom(`${seed}`);
  const plan: FaultPlan = { ...drawFaultPlan(fork('climate')), ...faultPlan };
  const scheduler = createScheduler(fork('order'), settled);
  const [random, minerRandom] = [fork('luck'), fork('plans')];
  const journal = createJournal(scheduler, journalOptions);
  const faults = createFaults({ scheduler, random, journal, plan, topic: TOPIC });
  const host: Host = { scheduler, random, faults, trace: journal.trace };
  return { seed, plan, scheduler, random, minerRandom, journal, faults, host, fork };
}
