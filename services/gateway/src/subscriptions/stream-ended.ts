import { ExpectedError } from '@virtualchain/kernel';

/** A cursor belongs to the feed of another build: positions there say nothing here. */
export class FeedGone extends ExpectedError {
  override readonly name = 'FeedGone';
  readonly code = 'FEED_GONE';
  readonly remedy = 'rewind';
  /** Hash of the block that the cursor lies in, where that is still known. */
  readonly block: string | null;

  constructor(machine: string, block: string | null) {
    const behind = block === null ? 'the hash of the newest block that you hold' : `the hash ${block}`;
    super(
      `the cursor belongs to another build of ${machine} than the live one; go on with after=<block hash>: ${behind}, or an older one where that is not found`,
    );
    this.block = block;
  }
}

/** A subscriber is ahead of this gateway, as it may be where the gateway reads a replica that lags. */
export class CursorAhead extends ExpectedError {
  override readonly name = 'CursorAhead';
  readonly code = 'CURSOR_AHEAD';
  readonly remedy = 'retry';
}

/** A subscriber takes nothing. */
export class SlowReader extends ExpectedError {
  override readonly name = 'SlowReader';
  readonly code = 'SLOW_READER';
  readonly remedy = 'retry';
}

/** The process ends; another one, or the same again, will go on. */
export class GatewayStopping extends ExpectedError {
  override readonly name = 'GatewayStopping';
  readonly code = 'GATEWAY_STOPPING';
  readonly remedy = 'retry';
}

/** No more subscribers are taken here. */
export class TooManySubscribers extends ExpectedError {
  override readonly name = 'TooManySubscribers';
  readonly code = 'TOO_MANY_SUBSCRIBERS';
  readonly remedy = 'retry';
}

/** The gateway was not told where the log of the chain is. */
export class LogNotServed extends ExpectedError {
  override readonly name = 'LogNotServed';
  readonly code = 'LOG_NOT_SERVED';
  readonly remedy = 'halt';
}

/** No projector looks at operations in no block for the machine, or none did for a while. */
export class PendingNotServed extends ExpectedError {
  override readonly name = 'PendingNotServed';
  readonly code = 'PENDING_NOT_SERVED';
  readonly remedy = 'retry';
}

/** What waits is told anew: a projector has begun, or the subscriber was too far behind. */
export class PendingGone extends ExpectedError {
  override readonly name = 'PendingGone';
  readonly code = 'PENDING_GONE';
  readonly remedy = 'retry';
}

/** A WebSocket's address was asked as if it were a page. */
export class UpgradeRequired extends ExpectedError {
  override readonly name = 'UpgradeRequired';
  readonly code = 'UPGRADE_REQUIRED';
  readonly remedy = 'halt';
}
