/** What a run is held to. */
export interface Limits {
  /** How much the resident size of a process may grow, behind the warm-up. */
  readonly residentMbPer100Reorgs: number;
  /** The same of what is in use in a heap and outside of it. Null where garbage is not collected before it is looked at. */
  readonly inUseMbPer100Reorgs: number | null;
  /** The same of a gateway, which keeps what it told last until that is some megabytes. */
  readonly gatewayInUseMbPer100Reorgs: number;
  readonly residentMb: number;
  /** Files, sockets and pipes: a process may open a few late. */
  readonly handlesPer100Reorgs: number;
  readonly threadsPer100Reorgs: number;
  /** How long a projection may take until it has a block that the node has. */
  readonly lagSeconds: number;
}

/** Of a long run: what a process of ours may take, and keep. */
export const LIMITS: Limits = {
  residentMbPer100Reorgs: 1,
  inUseMbPer100Reorgs: null,
  gatewayInUseMbPer100Reorgs: Number.POSITIVE_INFINITY,
  residentMb: 300,
  handlesPer100Reorgs: 3,
  threadsPer100Reorgs: 0.5,
  lagSeconds: 60,
};

/**
 * Of a run of a minute, in which a process still takes the room that it will work in. Garbage is collected before each look, so
 * that what is in use tells of a leak of 150 kB a reorganisation, however much the room says.
 */
export const SHORT_LIMITS: Limits = {
  residentMbPer100Reorgs: 80,
  inUseMbPer100Reorgs: 15,
  gatewayInUseMbPer100Reorgs: 80,
  residentMb: 300,
  handlesPer100Reorgs: 15,
  threadsPer100Reorgs: 5,
  lagSeconds: 60,
};

/** The part of the reorganisations, or of the samples, that is warm-up. */
export const WARM_UP = 1 / 3;
/** Fewer samples behind the warm-up tell nothing. */
export const SAMPLES_MIN = 8;
/** A slope is that of so many samples at most, evenly spread. */
export const SLOPE_SAMPLES_MAX = 400;

/** Small blocks: every so many reorganisations, one of `DEEP` blocks. */
export const DEEP_EVERY = 100;
export const DEEP = 100;
export const DEPTH_MAX = 7;
/** Full blocks: the part of the steps that are reorganisations. */
export const REORG_CHANCE = 0.1;

/** Between samples. */
export const SAMPLE_MS = 5_000;
/** The fewest samples of a run that is as long as its reorganisations, however fast the machine is. */
export const SAMPLES_OF_REORGS = 20;
export const PROGRESS_MS = 10_000;
/** How long after its garbage was asked to go a process is looked at: the operating system counts late. */
export const COLLECTION_MS = 400;
/** How long all may take to have a block, before the run is given up: longer than the limit, so that the verdict says it. */
export const STEP_MS_MAX = 600_000;
/** Readers of each feed. */
export const READERS = { idle: 2, busy: 3 } as const;
/** How long readers may take to have what is in the database, and how often they are asked. */
export const READERS_MS_MAX = 60_000;
export const READERS_LOOK_MS = 200;
