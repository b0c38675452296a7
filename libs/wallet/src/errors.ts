import { ExpectedError } from '@virtualchain/kernel';

/** The transaction cannot be built, or the node would not take it. Nothing was sent. */
export class WalletRefused extends ExpectedError {
  override readonly name = 'WalletRefused';
  readonly code:
    | 'COINS_MISSING'
    | 'COIN_UNUSABLE'
    | 'SCAN_BUSY'
    | 'FEE_RATE_UNKNOWN'
    | 'FEE_RATE_OUT_OF_BOUNDS'
    | 'PAYLOAD_TOO_LONG'
    | 'NOT_ACCEPTED'
    | 'KEY_FILE_UNUSABLE';
  readonly remedy = 'halt';

  constructor(code: WalletRefused['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
