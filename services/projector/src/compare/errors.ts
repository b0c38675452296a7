import { ExpectedError } from '@virtualchain/kernel';
import type { Rules } from '@virtualchain/projection';
import type { PeerDifference } from './first-difference.ts';

/** Another operator's projector has other hashes on the same block. One of the two is wrong; which, only people can tell. */
export class PeerDisagrees extends ExpectedError {
  override readonly name = 'PeerDisagrees';
  readonly code = 'PEER_DISAGREES';
  readonly remedy = 'halt';

  /** @param findIt the command that finds what makes the difference */
  constructor(peer: string, { height, blockHash, what, ours, theirs }: PeerDifference, findIt: string) {
    super(
      `${peer} does not agree from height ${height} (block ${blockHash}) on: ${what}: ours ${ours}, theirs ${theirs}; ` +
        `find what makes the difference with: ${findIt}`,
    );
  }
}

/** The peer is of another network, chain, machine, version or parameters: its hashes say nothing about ours. */
export class PeerIncomparable extends ExpectedError {
  override readonly name = 'PeerIncomparable';
  readonly code = 'PEER_INCOMPARABLE';
  readonly remedy = 'halt';

  constructor(peer: string, differing: readonly (keyof Rules)[], ours: Rules, theirs: Rules) {
    const each = differing.map(
      (name) =>
        `${name === 'parametersHash' ? 'parameters (by hash)' : name}: theirs ${theirs[name]}, ours ${ours[name]}`,
    );
    super(`${peer} is not compared: ${each.join('; ')}; watch a projector that runs the same rules`);
  }
}

/** The peer does not answer, or not now. It is asked again, later each time. */
export class PeerUnavailable extends ExpectedError {
  override readonly name = 'PeerUnavailable';
  readonly code = 'PEER_UNAVAILABLE';
  readonly remedy = 'retry';
}

/** What answers at the address is neither a projector nor a machine of a gateway, or does not behave like one. */
export class NotAPeer extends ExpectedError {
  override readonly name = 'NotAPeer';
  readonly code = 'NOT_A_PEER';
  readonly remedy = 'halt';

  constructor(peer: string, why: string) {
    super(
      `${peer} ${why}; give the address of a projector, http://host:port, or of a machine at a gateway, http://host:port/v1/chains/<chain>/machines/<machine>`,
    );
  }
}
