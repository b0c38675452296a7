import { ExpectedError } from '@virtualchain/kernel';

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
