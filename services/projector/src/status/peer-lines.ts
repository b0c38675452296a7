import type { Logger, Metrics } from '@virtualchain/process';
import { PeerDisagrees } from '../compare/errors.ts';
import type { PeerStanding } from '../compare/watch-peer.ts';

/** The peers that are watched, and how each stands. */
export interface Peers {
  readonly standings: readonly PeerStanding[];
  /** Some peer has other hashes than we, or had when it was compared last. */
  readonly disagree: boolean;
  told(standing: PeerStanding): void;
}

export interface PeersOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The command that finds what makes a difference. */
  readonly findDifference: string;
}

/** Keeps how each peer stands, for `/status` and metrics, and says in the log what changed: each thing once. */
export function peerLines({ logger, metrics, findDifference }: PeersOptions): Peers {
  const byPeer = new Map<string, PeerStanding>();
  const gauges = peerGauges(metrics);
  return {
    get standings() {
      return [...byPeer.values()];
    },
    get disagree() {
      return [...byPeer.values()].some(({ difference }) => difference !== null);
    },
    told(next) {
      const before = byPeer.get(next.peer);
      byPeer.set(next.peer, next);
      gauges.set(next);
      logProblem(logger, before, next);
      logDifference(logger, before, next, findDifference);
    },
  };
}

function logProblem(logger: Logger, before: PeerStanding | undefined, { peer, problem }: PeerStanding): void {
  const was = before?.problem?.code;
  if (problem === null && was !== undefined) logger.info({ peer }, 'the peer is compared again');
  if (problem === null || problem.code === was) return;
  logger.warn({ peer, code: problem.code, reason: problem.message }, 'the peer is not compared');
}

function logDifference(
  logger: Logger,
  before: PeerStanding | undefined,
  { peer, difference: found }: PeerStanding,
  findDifference: string,
): void {
  const was = before?.difference ?? null;
  if (found === null && was !== null) logger.info({ peer, height: was.height }, 'the peer agrees now');
  if (found === null || (found.height === was?.height && found.blockHash === was.blockHash)) return;
  const { code, message } = new PeerDisagrees(peer, found, findDifference);
  logger.error({ ...found, code, reason: message, peer }, 'a peer disagrees');
}

function peerGauges(metrics: Metrics) {
  const labels = ['peer'] as const;
  const disagrees = metrics.gauge({
    name: 'projector_peer_disagrees',
    help: '1 while a peer has other hashes on the same block',
    labels,
  });
  const height = metrics.gauge({
    name: 'projector_peer_height',
    help: 'newest block that a peer was found to agree up to',
    labels,
  });
  const compared = metrics.gauge({
    name: 'projector_peer_compared',
    help: '1 while a peer answers, and runs the same rules',
    labels,
  });
  return {
    set({ peer, state, height: agreed, difference }: PeerStanding): void {
      disagrees.set({ peer }, difference === null ? 0 : 1);
      if (agreed !== null) height.set({ peer }, agreed);
      compared.set({ peer }, ['agrees', 'disagrees', 'apart'].includes(state) ? 1 : 0);
    },
  };
}
