/** Carries out the schedule, lane by lane, and counts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../stage/stage.ts';
import { describe, type Lanes, LINKS, type Link, type Trouble, VICTIMS, type VictimKind } from './schedule.ts';

/** Work is in flight while a block is no older than this: it takes about as long from the node to a subscriber. */
const IN_FLIGHT_MS = 1_000;
/** How long a kill waits for a block to be on its way; a node that is away has none. */
const WAIT_FOR_BLOCK_MS = 60_000;

type PerVictim = Record<VictimKind, number>;

/** What was done, in numbers. */
export interface Done {
  readonly kills: PerVictim;
  /** Of them, those with a block just on its way. */
  readonly inFlight: PerVictim;
  readonly pauses: PerVictim;
  readonly faults: Record<Link, number>;
  emptied: number;
}

const zeros = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

export const nothingDone = (): Done => ({
  kills: zeros(VICTIMS),
  inFlight: zeros(VICTIMS),
  pauses: zeros(VICTIMS),
  faults: zeros(LINKS),
  emptied: 0,
});

interface TroublesOptions {
  readonly stage: Stage;
  readonly done: Done;
  /** Ends the run early; what was begun is still put right. */
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
}

/** Resolves when every trouble has been and is over. One that comes late because of the one before it is not left out. */
export async function carryOut(lanes: Lanes, options: TroublesOptions): Promise<void> {
  const began = performance.now();
  const lane = async (troubles: readonly Trouble[]): Promise<void> => {
    for (const trouble of troubles) {
      await rest(began + trouble.atMs - performance.now(), options.signal);
      if (options.signal.aborted) return;
      options.note(`${((performance.now() - began) / 1_000).toFixed(1)} s: ${describe(trouble)}`);
      await happen(trouble, options);
    }
  };
  await Promise.all([...lanes.values()].map(lane));
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal }).catch(() => undefined);
}

async function happen(trouble: Trouble, options: TroublesOptions): Promise<void> {
  const { stage, done, signal } = options;
  switch (trouble.kind) {
    case 'kill':
      return kill(trouble, options);
    case 'pause': {
      const victim = victimOf(stage, trouble);
      await victim.freeze();
      await rest(trouble.forMs, signal);
      await victim.thaw();
      done.pauses[trouble.victim] += 1;
      return;
    }
    case 'empty node':
      await stage.emptyNode();
      done.emptied += 1;
      return;
    case 'fault':
      stage.links[trouble.link].begin(trouble.fault);
      await rest(trouble.forMs, signal);
      stage.links[trouble.link].heal();
      done.faults[trouble.link] += 1;
      return;
    case 'deep reorg':
      return stage.work.reorganise(trouble.depth);
  }
}

async function kill(
  trouble: Trouble & { readonly kind: 'kill' },
  { stage, done, signal }: TroublesOptions,
): Promise<void> {
  const { work } = stage;
  await Promise.race([work.nextBlock(), rest(WAIT_FOR_BLOCK_MS, signal)]);
  const victim = victimOf(stage, trouble);
  if (work.sinceLastMs < IN_FLIGHT_MS) done.inFlight[trouble.victim] += 1;
  await victim.kill();
  await rest(trouble.downMs, signal);
  await victim.start();
  done.kills[trouble.victim] += 1;
}

function victimOf(stage: Stage, { victim, which }: { readonly victim: VictimKind; readonly which: number }) {
  const all = stage.victims[victim];
  const one = all[which % all.length];
  if (one === undefined) throw new RangeError(`there is no ${victim}`);
  return one;
}
