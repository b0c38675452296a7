import { ExpectedError } from '@virtualchain/kernel';

/** A webhook's address may not be asked: it is no https URL of an ordinary port, or it is, or leads to, an address that is not public. Use another one, or have the operator allow it. */
export class AddressRefused extends ExpectedError {
  override readonly name = 'AddressRefused';
  readonly code = 'ADDRESS_REFUSED';
  readonly remedy = 'halt';
}
