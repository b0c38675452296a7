import { ExpectedError } from '@virtualchain/kernel';

/** The gateway has nothing of that name or key. */
export class NotThere extends ExpectedError {
  override readonly name = 'NotThere';
  readonly code = 'NOT_FOUND';
  readonly remedy = 'halt';
}
