import { type Clock, createBackOff, type ExpectedError, isExpectedError, wallClock } from '@virtualchain/kernel';
import type { Rules } from '@virtualchain/projection';
import { PEER_RETRY_MS_MAX } from '../limits.ts';
import { askPeer } from './ask-peer.ts';
import { NotAPeer, PeerIncomparable, PeerUnavailable } from './errors.ts';
import type { PeerDifference } from './first-difference.ts';
import { type Look, lookAtPeer } from './look.ts';
import type { PeerAddress } from './peer-address.ts';
import type { ReadSeals } from './seals-page.ts';

/** How a peer stands, as far as it is known. */
export interface PeerStanding {
  readonly peer: string;
  /** `apart`: it has no block in common with us, or none yet. `waiting`: our own database could not be asked. */
  readonly state: 'asking' | Look['kind'] | 'unreachable' | 'incomparable' | 'waiting';
  /** All blocks up to this height were sealed alike when they were compared last. */
  readonly height: number | null;
  /** Stands until the two agree at its height or above: a peer that is away meanwhile takes nothing back. */
  readonly difference: PeerDifference | null;
  readonly problem: { readonly code: string; readonly message: string } | null;
}

/** What the comparing tells whoever watches. */
export interface CompareEvents {
  /** Somebody looked at a peer. */
  peer(standing: PeerStanding): void;
}

export interface WatchOptions {
  readonly ours: ReadSeals;
  readonly rules: Rules;
  /** Of the machine. */
  readonly firstBlock: number;
  /** Between two looks. */
  readonly everyMs: number;
  readonly signal: AbortSignal;
  readonly events: CompareEvents;
  readonly clock?: Pick<Clock, 'sleep' | 'jitter'>;
}

/** Compares our build with a peer's again and again, until told to stop. No peer stops or slows what is folded. */
export async function watchPeer(peer: PeerAddress, options: WatchOptions): Promise<void> {
  const { ours, rules, firstBlock, everyMs, signal, events, clock = wallClock } = options;
  const waits = createBackOff({ firstMs: everyMs, lastMs: Math.max(everyMs, PEER_RETRY_MS_MAX) }, clock.jitter);
  let standing = unknownPeer(peer);
  const tell = (next: PeerStanding): void => {
    standing = next;
    events.peer(next);
  };
  while (!signal.aborted) {
    try {
      const theirs = (heights: readonly number[]) => askPeer(peer, rules, heights, signal);
      const look = await lookAtPeer({ ours, theirs, firstBlock, known: standing.difference });
      tell(afterLook(standing, look));
      waits.reset();
      await clock.sleep(everyMs, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isExpectedError(error)) throw error;
      tell({ ...standing, state: stateOf(error), problem: { code: error.code, message: error.message } });
      await clock.sleep(waits.nextMs(), signal);
    }
  }
}

/** Before anybody looked. */
export function unknownPeer({ label }: PeerAddress): PeerStanding {
  return { peer: label, state: 'asking', height: null, difference: null, problem: null };
}

function afterLook(before: PeerStanding, look: Look): PeerStanding {
  const next = { ...before, state: look.kind, problem: null };
  switch (look.kind) {
    case 'apart':
      return next;
    case 'disagrees':
      return { ...next, height: look.difference.height - 1, difference: look.difference };
    case 'agrees': {
      const { difference } = before;
      const stands = difference !== null && look.height < difference.height;
      return { ...next, height: look.height, difference: stands ? difference : null };
    }
  }
}

function stateOf(error: ExpectedError): PeerStanding['state'] {
  if (error instanceof PeerIncomparable) return 'incomparable';
  return error instanceof PeerUnavailable || error instanceof NotAPeer ? 'unreachable' : 'waiting';
}
