import type { ExpectedError } from '@virtualchain/kernel';
import type { Cursor, LogTail } from '@virtualchain/operation-log';
import type { Audited } from '@virtualchain/projection';
import type { PeerStanding } from '../compare/watch-peer.ts';
import type { ProjectorState } from '../projector-events.ts';

export interface ProjectorIdentity {
  readonly service: 'projector';
  readonly network: string;
  readonly chain: string;
  readonly machine: string;
  /** Of the machine's rules. */
  readonly version: number;
}

/** Where the machine stands, as far as it is known: `build` is null until one was opened. */
export interface Standing {
  state: ProjectorState;
  error: ExpectedError | null;
  cursor: Cursor | null;
  build: string | null;
  readonly audit: AuditStanding;
  /** Operations in no block: null where nobody looks, or nothing was seen yet. */
  pending: PendingStanding | null;
  /** Other operators' projectors that are watched. */
  readonly peers: () => readonly PeerStanding[];
}

/** What waits to be mined, as it was seen last. */
export interface PendingStanding {
  /** Of the block on top of which it was judged. */
  readonly height: number;
  readonly operations: number;
  /** Not judged, since there were too many. */
  readonly leftOut: number;
}

/** How far the audit is. */
export interface AuditStanding {
  /** The build that is checked; null before the first step. */
  build: string | null;
  /** All blocks up to this one agreed when they were looked at. */
  height: number | null;
  /** How often every block was checked. */
  rounds: number;
  /** The lowest place that does not agree: null where none is known. */
  disagreement: Audited['disagreements'][number] | null;
}

export const nothingAudited = (): AuditStanding => ({ build: null, height: null, rounds: 0, disagreement: null });

export function isReady({ state }: Standing): boolean {
  return state === 'at-tip' || state === 'catching-up';
}

/** Null while it is not known where the machine or the log stands. A log without a block is nothing to be behind. */
export function lagBlocks({ build, cursor }: Standing, end: LogTail | null): number | null {
  if (build === null || end === null) return null;
  return end.block === null ? 0 : Math.max(0, end.block.height - (cursor?.height ?? end.block.height - 1));
}

/** What `/status` answers. */
export function describe(standing: Standing, identity: ProjectorIdentity, topic: string, end: LogTail | null) {
  const { state, error, cursor, build } = standing;
  return {
    ...identity,
    build,
    state,
    height: cursor?.height ?? null,
    hash: cursor?.hash ?? null,
    sequence: cursor?.sequence ?? 0,
    lagBlocks: lagBlocks(standing, end),
    log: {
      topic,
      id: end?.log ?? cursor?.log ?? null,
      height: end?.block?.height ?? null,
      hash: end?.block?.hash ?? null,
      sequence: end?.sequence ?? null,
      epoch: end?.epoch ?? null,
    },
    audit: standing.audit,
    pending: standing.pending,
    peers: standing.peers(),
    error: error === null ? null : { code: error.code, message: error.message },
  };
}
