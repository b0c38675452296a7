import { ExpectedError } from '@virtualchain/kernel';

/** What is for throwaway chains only was asked of another one, or cannot be done there. */
export class DevRefused extends ExpectedError {
  override readonly name = 'DevRefused';
  readonly code = 'DEV_REFUSED';
  readonly remedy = 'halt';
}
