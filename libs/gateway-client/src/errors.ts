import { ExpectedError, type Remedy } from '@virtualchain/kernel';

/** The gateway does not answer, or its stream was cut, went silent or is damaged. It is asked again by itself. */
export class GatewayUnavailable extends ExpectedError {
  override readonly name = 'GatewayUnavailable';
  readonly code = 'GATEWAY_UNAVAILABLE';
  readonly remedy = 'retry';
}

/** What answers at the address is no gateway: correct the address, and see what stands between. */
export class NotAGateway extends ExpectedError {
  override readonly name = 'NotAGateway';
  readonly code = 'NOT_A_GATEWAY';
  readonly remedy = 'halt';
}

/** Why a gateway refuses (RFC 9457). */
export interface Problem {
  /** Stable; `docs/reference/errors.md` explains each. */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
}

/** The gateway refuses a question, or ends a subscription: `code` is the gateway's own. */
export class GatewayRefused extends ExpectedError {
  override readonly name = 'GatewayRefused';
  readonly code: string;
  readonly remedy: Remedy;
  readonly problem: Problem;
  /** After how long the gateway wants to be asked again; null where it does not say. */
  readonly retryAfterMs: number | null;

  constructor(problem: Problem, retryAfterMs: number | null = null) {
    super(problem.detail === '' ? problem.title : problem.detail);
    this.code = problem.code;
    this.remedy = remedyOf(problem);
    this.problem = problem;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Refusals that another try would not pass, though their status says that the gateway is to blame. */
const LASTING: ReadonlySet<string> = new Set(['LOG_NOT_SERVED']);
/** Those that pass, though it says otherwise: a gateway that reads a replica may be behind another one. */
const PASSING: ReadonlySet<string> = new Set(['CURSOR_AHEAD']);

function remedyOf({ status, code }: Problem): Remedy {
  if (code === 'FEED_GONE') return 'rewind';
  if (PASSING.has(code)) return 'retry';
  return (status === 408 || status === 429 || status >= 500) && !LASTING.has(code) ? 'retry' : 'halt';
}

/**
 * The gateway no longer has the feed that the cursor is of, and no block that is remembered here leads on: begin from the
 * start with an empty state, or give `known`, the blocks that you stored.
 */
export class FeedGone extends ExpectedError {
  override readonly name = 'FeedGone';
  readonly code = 'FEED_GONE';
  readonly remedy = 'rewind';
  /** The block that the cursor lies in, where the gateway can tell: to be given as `after` if you had all of that block. */
  readonly resumeAfter: string | null;

  constructor(message: string, resumeAfter: string | null) {
    super(message);
    this.resumeAfter = resumeAfter;
  }
}

/** The entries that came do not follow on each other. They are asked for again, behind the last one that fitted. */
export class StreamOutOfOrder extends ExpectedError {
  override readonly name = 'StreamOutOfOrder';
  readonly code = 'STREAM_OUT_OF_ORDER';
  readonly remedy = 'retry';
}

/** The time is over and the operation is not in a block that is deep enough. It may be yet. */
export class OperationNotSeen extends ExpectedError {
  override readonly name = 'OperationNotSeen';
  readonly code = 'OPERATION_NOT_SEEN';
  readonly remedy = 'retry';
}

/** What came to a receiver of webhooks is not what its sender signed, or not now: answer 4xx, and do nothing of it. */
export class WebhookRefused extends ExpectedError {
  override readonly name = 'WebhookRefused';
  readonly code = 'WEBHOOK_REFUSED';
  readonly remedy = 'halt';
}
