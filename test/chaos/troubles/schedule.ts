/** What goes wrong in a run, and when: all of it drawn from the seed before anything starts. */
import { seeded } from '../../kit/traffic.ts';
import type { NetworkFault } from '../stage/fault-proxy.ts';

/** Every kind of process. */
export const VICTIMS = [
  'ingester',
  'projector',
  'gateway',
  'topic subscriber',
  'gateway subscriber',
  'kafka',
  'postgres',
  'node',
] as const;

export type VictimKind = (typeof VICTIMS)[number];

/** Whom the processes talk to through a proxy. */
export const LINKS = ['kafka', 'postgres', 'node', 'gateway'] as const;

export type Link = (typeof LINKS)[number];

/** One thing that goes wrong; which of several processes of a kind is meant counts on and around. */
export type Trouble = { readonly atMs: number } & (
  | { readonly kind: 'kill'; readonly victim: VictimKind; readonly which: number; readonly downMs: number }
  | { readonly kind: 'pause'; readonly victim: VictimKind; readonly which: number; readonly forMs: number }
  /** The node comes back with the genesis block alone, and is given its blocks again. */
  | { readonly kind: 'empty node' }
  | { readonly kind: 'fault'; readonly link: Link; readonly fault: NetworkFault; readonly forMs: number }
  | { readonly kind: 'deep reorg'; readonly depth: number }
);

/** Troubles of one lane come one after the other; those of different lanes at the same time. */
export type Lanes = ReadonlyMap<string, readonly Trouble[]>;

/** How much of what in a run of so many minutes; never less of each than a run is said to have. */
interface Amounts {
  readonly kills: number;
  readonly pauses: number;
  readonly faults: number;
}

/** What a run must have at least. */
export interface Minimum {
  readonly killsOfEach: number;
  readonly pausesOfEach: number;
  readonly faultsOfEach: number;
  readonly reorgs: number;
  /** Those that the log had to follow: while it lags, some are over before it sees them. */
  readonly reorgsInLog: number;
  readonly deepest: number;
  readonly operationsPerSecond: number;
}

/** A shorter run is mostly servers that start and a last catching up. */
const LONG_MINUTES = 5;

/** In ten minutes ten kills of each kind; in shorter runs in proportion. A reorganisation of depth 100 takes ten minutes to be worth it. */
export function minimumOf(minutes: number): Minimum {
  return {
    killsOfEach: Math.max(1, Math.floor(minutes)),
    pausesOfEach: Math.max(1, Math.floor(minutes / 5)),
    faultsOfEach: Math.max(1, Math.floor(minutes / 2)),
    reorgs: Math.max(3, Math.floor(minutes * 3)),
    reorgsInLog: Math.max(1, Math.floor(minutes / 2)),
    deepest: Math.max(7, Math.min(100, Math.floor(minutes * 10))),
    operationsPerSecond: minutes < LONG_MINUTES ? 2 : 10,
  };
}

/** Longer than any session: of the group that leads (6 s), of an open transaction of Postgres (10 s), and of most requests. */
const LONG_PAUSE_MS = 16_000;
const SHORT_PAUSE_MS_MAX = 5_000;
const FAULT_KINDS = ['cut', 'refuse', 'silent', 'delay', 'slow'] as const;

/** The whole schedule of a seed. The same seed and length give the same one. */
export function drawSchedule(seed: number, minutes: number): Lanes {
  const random = seeded(seed);
  const between = (from: number, to: number): number => Math.floor(from + random() * (to - from));
  const spanMs = minutes * 60_000;
  const least = minimumOf(minutes);
  const amounts: Amounts = {
    kills: least.killsOfEach + Math.max(1, Math.ceil(minutes / 5)),
    pauses: least.pausesOfEach,
    faults: least.faultsOfEach + 1,
  };
  const lanes = new Map<string, readonly Trouble[]>();
  for (const victim of VICTIMS) lanes.set(victim, spread(victimLane(victim, amounts, { between, minutes })));
  for (const link of LINKS) {
    const faults = Array.from({ length: amounts.faults }, (_, i): Untimed => faultOf(link, i + between(0, 2), between));
    lanes.set(`link to ${link}`, spread(faults));
  }
  lanes.set('chain', [{ atMs: Math.floor(spanMs * 0.6), kind: 'deep reorg', depth: least.deepest }]);
  return lanes;

  /** In an order of chance, at about even distances; nothing in the very beginning and the very end. */
  function spread(troubles: readonly Untimed[]): readonly Trouble[] {
    const shuffled = troubles.map((trouble) => ({ trouble, at: random() })).sort((a, b) => a.at - b.at);
    const slotMs = (spanMs * 0.95) / shuffled.length;
    return shuffled.map(
      ({ trouble }, i) => ({ ...trouble, atMs: Math.floor(slotMs * (i + 0.6 * random())) }) as Trouble,
    );
  }
}

type Untimed = Trouble extends infer Each ? (Each extends Trouble ? Omit<Each, 'atMs'> : never) : never;
type Between = (from: number, to: number) => number;

function victimLane(
  victim: VictimKind,
  { kills, pauses }: Amounts,
  { between, minutes }: { readonly between: Between; readonly minutes: number },
): readonly Untimed[] {
  const lane: Untimed[] = [];
  for (let which = 0; which < kills; which++) {
    const isEmptied = victim === 'node' && which % 4 === 3;
    if (isEmptied) lane.push({ kind: 'empty node' });
    lane.push({ kind: 'kill', victim, which, downMs: between(50, 2_500) });
  }
  for (let which = 0; which < pauses; which++) {
    const isLong = which === 0 && minutes >= LONG_MINUTES;
    lane.push({ kind: 'pause', victim, which, forMs: isLong ? LONG_PAUSE_MS : between(1_000, SHORT_PAUSE_MS_MAX) });
  }
  return lane;
}

function faultOf(link: Link, nth: number, between: Between): Untimed {
  const kind = FAULT_KINDS[nth % FAULT_KINDS.length] ?? 'cut';
  const forMs = kind === 'cut' ? 0 : between(1_500, 8_000);
  switch (kind) {
    case 'delay':
      return { kind: 'fault', link, fault: { kind, ms: between(20, 400) }, forMs };
    case 'slow':
      return { kind: 'fault', link, fault: { kind, bytesPerSecond: between(2_000, 40_000) }, forMs };
    default:
      return { kind: 'fault', link, fault: { kind }, forMs };
  }
}

/** One line for each trouble, in the order of time. */
export function describeSchedule(lanes: Lanes): readonly string[] {
  return [...lanes.values()]
    .flat()
    .sort((a, b) => a.atMs - b.atMs)
    .map((trouble) => `${(trouble.atMs / 1_000).toFixed(1).padStart(7)} s  ${describe(trouble)}`);
}

export function describe(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'kill':
      return `kill -9 ${trouble.victim} ${trouble.which}, down for ${trouble.downMs} ms`;
    case 'pause':
      return `freeze ${trouble.victim} ${trouble.which} for ${trouble.forMs} ms`;
    case 'empty node':
      return 'restart the node empty';
    case 'fault':
      return `network to ${trouble.link}: ${JSON.stringify(trouble.fault)} for ${trouble.forMs} ms`;
    case 'deep reorg':
      return `reorganise ${trouble.depth} blocks`;
  }
}
