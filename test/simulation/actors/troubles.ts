import type { Trouble } from '../run/fault-plan.ts';
import type { Port } from '../run/process.ts';
import { type Run, TOPIC } from '../run/run.ts';
import type { World } from '../world/world.ts';
import type { Branches } from './branches.ts';
import type { Operator } from './operator.ts';
import type { Services } from './services.ts';
import type { Service, Supervisor } from './supervisor.ts';

export interface TroubleTargets {
  readonly world: World;
  readonly supervisor: Supervisor;
  readonly services: Services;
  readonly branches: Branches;
  readonly operator: Operator;
}

const TROUBLE_EVERY_MS = 6_000;
/** A process that is frozen for longer than this is missed by its group. */
const SESSION_MS = 6_000;
const GENTLE_STOP_MS_MAX = 120_000;
/** Blocks that there have to be before the log or its topic is damaged. */
const BLOCKS_BEFORE_DAMAGE = 40;

/** From time to time, one of the troubles in the fault plan, until the faults end. */
export function startTroubles(run: Run, targets: TroubleTargets): void {
  const { scheduler, random, faults, plan } = run;
  const make = createTroubles(run, targets);
  function troubleOn(): void {
    if (!faults.areOn) return;
    scheduler.after(random.around(TROUBLE_EVERY_MS), troubleOn);
    if (plan.troubles.length === 0) return;
    const kind = random.pick(plan.troubles);
    make[kind](scheduler.now() + random.pick([300, 2_000, 10_000]) * random.next());
  }
  scheduler.after(5_000, troubleOn);
}

/** What each trouble does; those that last do so until the given time. */
function createTroubles(run: Run, targets: TroubleTargets): Readonly<Record<Trouble, (untilMs: number) => void>> {
  const { random, journal } = run;
  const { world, supervisor, operator, branches } = targets;
  const isDamageable = (): boolean => branches.best.height >= BLOCKS_BEFORE_DAMAGE;
  let hasCutTail = false;
  let hasRecreatedTopic = false;
  const outage = (port: Port) => (untilMs: number) => {
    run.faults.outage(port, untilMs);
    journal.trace(`${port}-outage until ${Math.round(untilMs)}`);
    journal.count('outages');
  };
  return {
    'kill-ingester': () => supervisor.kill(/ingester/),
    'kill-projector': () => supervisor.kill(/-\d$/),
    'kill-subscriber': () => supervisor.kill(/subscriber/),
    'stop-gently': () => stopGently(run, supervisor.anyRunning(/./)),
    freeze: () => freeze(run, world, supervisor.anyRunning(/./)),
    'node-outage': outage('node'),
    'log-outage': outage('log'),
    'db-outage': outage('db'),
    'node-behind': (untilMs) => {
      random.pick(world.nodes).cutOff(untilMs);
      journal.count('nodes cut off');
    },
    'node-restarted-empty': () => {
      random.pick(world.nodes).restartEmpty(random.pick([0, 2_000, 20_000]));
      journal.count('nodes restarted empty');
    },
    'leader-expelled': () => expelLeader(run, targets),
    'tail-cut': () => {
      if (hasCutTail || !isDamageable()) return;
      hasCutTail = true;
      void cutTail(run, world, branches);
    },
    'topic-recreated': () => {
      if (hasRecreatedTopic || !isDamageable()) return;
      hasRecreatedTopic = true;
      operator.recreateTopic();
    },
  };
}

function stopGently({ journal, scheduler }: Run, service: Service | undefined): void {
  if (service === undefined) return;
  const { process, stop } = service;
  journal.count('gentle stops');
  journal.trace(`${process.name} is told to stop`);
  stop.abort();
  scheduler.after(GENTLE_STOP_MS_MAX, () => {
    if (process.isAlive) journal.fail(process.name, 'did not stop within two minutes');
  });
}

function freeze({ journal, scheduler, random }: Run, { group }: World, service: Service | undefined): void {
  if (service === undefined) return;
  const { process } = service;
  const forMs = random.pick([300, 300, 8_000, 8_000, 60_000]);
  process.freeze(scheduler.now() + forMs);
  if (forMs > SESSION_MS) scheduler.after(SESSION_MS, () => group.expel(process));
  journal.count('freezes');
}

function expelLeader({ journal }: Run, { world: { group }, services }: TroubleTargets): void {
  const leader = services.ingesters.find(({ process }) => process.name === group.leader);
  if (leader !== undefined) group.expel(leader.process);
  journal.count('leaders expelled');
}

/** The newest records of the log are lost, as when a broker loses its disk. */
async function cutTail({ journal, random }: Run, { log }: World, branches: Branches): Promise<void> {
  const { stable } = await log.broker.offsets(TOPIC);
  const records = random.between(1, 60);
  if (stable <= BigInt(records + 3)) return;
  log.broker.cutTail(TOPIC, stable - BigInt(records));
  log.arrivals.notify();
  journal.count('tails cut');
  journal.trace(`the log lost its last ${records} offsets`);
  if (random.chance(0.5)) branches.fork(random.between(1, 7));
}
