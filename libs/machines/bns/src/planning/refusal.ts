import { ExpectedError } from '@virtualchain/kernel';

/** An operation that the rules would not take as things stand. Nothing was sent. */
export class OperationRefused extends ExpectedError {
  override readonly name = 'OperationRefused';
  readonly code = 'OPERATION_REFUSED';
  readonly remedy = 'halt';
}

/** An address that names cannot belong to. */
export class AddressInvalid extends ExpectedError {
  override readonly name = 'AddressInvalid';
  readonly code = 'QUERY_INVALID';
  readonly remedy = 'halt';
}
