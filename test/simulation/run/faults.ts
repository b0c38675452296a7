import type { Random } from '../random.ts';
import type { FaultPlan } from './fault-plan.ts';
import type { Journal } from './journal.ts';
import { databaseError, logError, nodeError } from './port-errors.ts';
import type { Port, PortFaults } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** The faults of one run, drawn step by step as its plan says. They begin with the run and end once, for good. */
export interface Faults extends PortFaults {
  readonly areOn: boolean;
  /** Draws whether a fault of that probability happens now, and counts it. */
  happens(probability: number, countedAs?: string): boolean;
  /** Every step at that port fails until then. */
  outage(port: Port, untilMs: number): void;
  end(): void;
}

export interface FaultSources {
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly journal: Journal;
  readonly plan: FaultPlan;
  readonly topic: string;
}

export function createFaults({ scheduler, random, journal, plan, topic }: FaultSources): Faults {
  let areOn = true;
  const outageUntil: Record<Port, number> = { node: 0, log: 0, db: 0, election: 0, own: 0 };
  function errorOf(port: 'node' | 'log' | 'db', step: string): Error {
    if (port === 'node') return nodeError(random);
    return port === 'log' ? logError(random, step, topic) : databaseError();
  }
  return {
    get areOn() {
      return areOn;
    },
    happens(probability, countedAs) {
      if (!areOn || !random.chance(probability)) return false;
      if (countedAs !== undefined) journal.count(countedAs);
      return true;
    },
    outage(port, untilMs) {
      outageUntil[port] = untilMs;
    },
    end() {
      areOn = false;
    },
    fails(port, step) {
      if (!areOn || port === 'own' || port === 'election') return null;
      const isOut = outageUntil[port] > scheduler.now();
      if (!isOut && !random.chance(plan.errors[port])) return null;
      journal.count(`${port} errors`);
      return errorOf(port, step);
    },
    kills: () => areOn && random.chance(plan.crash),
    delay(port) {
      if (areOn && random.chance(plan.slow)) {
        journal.count('delays');
        return random.between(50, 3_000);
      }
      return port === 'own' ? 0 : random.around(1.5);
    },
  };
}

/** The same delays, and no faults: for the operator's own steps. */
export function delaysOnly({ delay }: PortFaults): PortFaults {
  return { fails: () => null, kills: () => false, delay };
}
