/** Carries out the schedule, lane by lane, and counts. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Stage } from '../stage/stage.ts';
import { describe, type Lanes, LINKS, type Link, type Trouble, VICTIMS, type VictimKind } from './schedule.ts';

/** Work is in flight while a block is no older than this: it takes about as long from the node to a subscriber. */
const IN_FLIGHT_MS = 1_000;
/** The projections move while one of them got a block within this time. */
const MOVING_MS = 3_000;
/** How long a kill waits for the projections to move again after the trouble before, and a deep reorganisation for them to be near. */
const WAIT_FOR_MOVE_MS = 25_000;
const WAIT_FOR_NEAR_MS = 120_000;
const NEAR_BLOCKS = 10;
const LOOK_MS = 200;
/** How long a kill waits for a block to be on its way; a node that is away has none. */
const WAIT_FOR_BLOCK_MS = 600_000;

type PerVictim = Record<VictimKind, number>;

/** What was done, in numbers. */
export interface Done {
  readonly kills: PerVictim;
  /** Of them, those with a block just on its way. */
  readonly inFlight: PerVictim;
  /** Of them, those while the projections moved. */
  readonly whileMoving: PerVictim;
  readonly pauses: PerVictim;
  readonly faults: Record<Link, number>;
  emptied: number;
}

const zeros = <Name extends string>(names: readonly Name[]): Record<Name, number> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;

export const nothingDone = (): Done => ({
  kills: zeros(VICTIMS),
  inFlight: zeros(VICTIMS),
  whileMoving: zeros(VICTIMS),
  pauses: zeros(VICTIMS),
  faults: zeros(LINKS),
  emptied: 0,
});

/** Where the projections are, as they were seen last. */
export interface Pulse {
  readonly height: number;
  /** Of `performance.now()`, when one of them got a block. */
  readonly movedAt: number;
}

interface TroublesOptions {
  readonly stage: Stage;
  readonly done: Done;
  /** Ends the run early; what was begun is still put right. */
  readonly signal: AbortSignal;
  readonly note: (line: string) => void;
  readonly pulse: () => Pulse;
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
    case 'deep reorg': {
      const { work } = stage;
      await waitFor(() => work.miner.tip.height - options.pulse().height < NEAR_BLOCKS, WAIT_FOR_NEAR_MS, signal);
      return work.reorganise(trouble.depth);
    }
  }
}

async function kill(
  trouble: Trouble & { readonly kind: 'kill' },
  { stage, done, signal, pulse }: TroublesOptions,
): Promise<void> {
  const { work } = stage;
  const isMoving = () => performance.now() - pulse().movedAt < MOVING_MS;
  await waitFor(isMoving, WAIT_FOR_MOVE_MS, signal);
  const mined = new AbortController(); // a wait that is left behind would keep this process alive
  await Promise.race([work.nextBlock(), rest(WAIT_FOR_BLOCK_MS, AbortSignal.any([signal, mined.signal]))]);
  mined.abort();
  const victim = victimOf(stage, trouble);
  if (work.sinceLastMs < IN_FLIGHT_MS) done.inFlight[trouble.victim] += 1;
  if (isMoving()) done.whileMoving[trouble.victim] += 1;
  await victim.kill();
  await rest(trouble.downMs, signal);
  await victim.start();
  done.kills[trouble.victim] += 1;
}

/** Until it holds, or for so long. */
async function waitFor(holds: () => boolean, limitMs: number, signal: AbortSignal): Promise<void> {
  const end = performance.now() + limitMs;
  while (!holds() && performance.now() < end && !signal.aborted) await rest(LOOK_MS, signal);
}

function victimOf(stage: Stage, { victim, which }: { readonly victim: VictimKind; readonly which: number }) {
  const all = stage.victims[victim];
  const one = all[which % all.length];
  if (one === undefined) throw new RangeError(`there is no ${victim}`);
  return one;
}
