import { isExpectedError } from '@virtualchain/kernel';
import { attachProjection, type MemoryStore, type Projection } from '@virtualchain/projection';
import { delaysOnly } from '../run/faults.ts';
import { Process } from '../run/process.ts';
import { type Run, TOPIC } from '../run/run.ts';
import { connectProjection } from '../world/fake-projection.ts';
import type { World } from '../world/world.ts';
import type { Services } from './services.ts';

/** Looks for the refusal of a projection whose log was replaced, at most; one look a virtual second. */
const LOOKS_MAX = 600;

/** Does what the handbook says: attaches projections to a new topic, corrects a machine that throws. */
export interface Operator {
  /** Has begun something that is not done; the run must not end before. */
  readonly isBusy: boolean;
  /** The topic is deleted and created again, also under a living writer; who followed the old one is attached. */
  recreateTopic(): void;
  /** The poisoned machine stops with its fault until it is corrected and resumed. */
  watchPoison(): void;
}

export function createOperator(run: Run, world: World, services: Services): Operator {
  const { scheduler, random } = run;
  let isBusy = false;
  return {
    get isBusy() {
      return isBusy;
    },
    recreateTopic() {
      isBusy = true;
      const stopsWriters = random.chance(0.5);
      for (const service of stopsWriters ? services.ingesters : []) {
        service.isHeld = true;
        service.process.kill('the operator kills it');
      }
      scheduler.after(stopsWriters ? 5_000 : 0, () => {
        recreate(run, world);
        for (const service of services.ingesters) service.isHeld = false;
        attachAll(run, world, () => {
          isBusy = false;
        });
      });
    },
    watchPoison: () => scheduler.after(5_000, () => watchPoison(run, world)),
  };
}

function recreate({ journal }: Run, { log }: World): void {
  log.broker.recreateTopic(TOPIC);
  log.arrivals.notify();
  journal.count('topics created again');
  journal.trace('the topic is created again');
}

function attachAll(run: Run, world: World, done: () => void): void {
  const unattached = new Set(Object.keys(world.machines.stores));
  for (const [name, store] of Object.entries(world.machines.stores)) {
    attachOnceRefused(run, world, { name, store }, () => {
      run.journal.count('attached');
      unattached.delete(name);
      if (unattached.size === 0) done();
    });
  }
}

interface Named {
  readonly name: string;
  readonly store: MemoryStore;
}

function attachOnceRefused(run: Run, world: World, { name, store }: Named, attached: () => void): void {
  const { scheduler, journal } = run;
  let looks = 0;
  const look = async (): Promise<void> => {
    looks += 1;
    const { fault, status, cursor } = store.checkpoint;
    if (cursor === null && status === 'running') return attached();
    if (looks > LOOKS_MAX) return journal.fail(name, `was never refused by identity: ${status} ${fault?.code}`);
    if (fault?.code === 'LOG_REPLACED') {
      try {
        if (await attach(run, world, { name, store })) return attached();
      } catch (error) {
        return journal.fail(name, `attach fell: ${(error as Error).stack}`);
      }
    }
    scheduler.after(1_000, look);
  };
  scheduler.after(1_000, look);
}

/** False when it cannot be attached yet: the new log may have no block in common with the projection so far. */
async function attach(run: Run, world: World, { name, store }: Named): Promise<boolean> {
  const process = operatorProcess(run);
  try {
    const projection = await openProjection(process, store);
    const block = await attachProjection(world.log.connect(process), TOPIC, projection);
    run.journal.trace(`${name} is attached at ${block?.height}`);
    return true;
  } catch (error) {
    if (isExpectedError(error)) return false;
    throw error;
  }
}

function watchPoison(run: Run, world: World): void {
  const { scheduler, random, journal } = run;
  const { stores, poison } = world.machines;
  const store = stores['poisoned'];
  if (store === undefined) return;
  if (store.checkpoint.fault?.code !== 'MACHINE_FAULTED') {
    if (poison.isOn) scheduler.after(5_000, () => watchPoison(run, world));
    return;
  }
  journal.count('machines faulted');
  checkFault(run, world, store);
  scheduler.after(random.between(1_000, 60_000), async () => {
    if (store.checkpoint.fault?.code !== 'MACHINE_FAULTED') return watchPoison(run, world);
    journal.trace('the poisoned machine is corrected and resumed');
    poison.isOn = false;
    const projection = await openProjection(operatorProcess(run), store);
    await projection.setFault(null);
  });
}

/** The fault names an operation of a block, and the projection stands before it. */
function checkFault({ journal }: Run, { tree }: World, { checkpoint: { fault, cursor } }: MemoryStore): void {
  if (fault === null) return;
  const isOperation = tree.blocks.some(
    ({ height, transactions }) => height === fault.height && transactions.some(({ txid }) => txid === fault.txid),
  );
  if (!isOperation || fault.sequence === null)
    journal.fail('poisoned', `the fault names ${fault.height} ${fault.txid}`, 'I5');
  if (fault.sequence !== null && (cursor?.sequence ?? 0) >= fault.sequence)
    journal.fail('poisoned', 'went past its fault', 'I5');
}

/** A command of the operator: as slow as any process, and without faults. */
const operatorProcess = ({ host }: Run): Process =>
  new Process('operator', { ...host, faults: delaysOnly(host.faults) }, () => undefined);

const openProjection = (process: Process, store: MemoryStore): Promise<Projection> =>
  connectProjection(process, store, () => false);
