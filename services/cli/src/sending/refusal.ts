import { ExpectedError } from '@virtualchain/kernel';

/** An operation that the rules would not take in the next block. Nothing was sent. */
export class OperationUnfit extends ExpectedError {
  override readonly name = 'OperationUnfit';
  readonly code = 'OPERATION_REFUSED';
  readonly remedy = 'halt';
}

/** An operation that was mined, and that the rules did not take. */
export class OperationRejected extends ExpectedError {
  override readonly name = 'OperationRejected';
  readonly code = 'OPERATION_REJECTED';
  readonly remedy = 'halt';
}

/** An operation that was sent, and whose verdict did not come in time. */
export class WaitTimedOut extends ExpectedError {
  override readonly name = 'WaitTimedOut';
  readonly code = 'WAIT_TIMED_OUT';
  readonly remedy = 'retry';
}
