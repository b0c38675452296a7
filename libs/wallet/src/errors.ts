import { ExpectedError } from '@virtualchain/kernel';

/** The transaction cannot be built, or the node would not take it. Nothing was sent. */
export class WalletRefused extends ExpectedError {
  override readonly name = 'WalletRefused';
  readonly code: // The address has too little to pay with, or the node does not look for its coins.
    | 'COINS_MISSING'
    // A coin that was named cannot be spent by this key, or now.
    | 'COIN_UNUSABLE'
    // The node is busy with another scan for coins.
    | 'SCAN_BUSY'
    // The node has no estimate of the fee, and none was given.
    | 'FEE_RATE_UNKNOWN'
    // A fee rate that is far too low or too high to be meant.
    | 'FEE_RATE_OUT_OF_BOUNDS'
    // The node relays no output of so many bytes.
    | 'PAYLOAD_TOO_LONG'
    // The node would not take the transaction.
    | 'NOT_ACCEPTED'
    // The file is no key file, or does not open with this password.
    | 'KEY_FILE_UNUSABLE';
  readonly remedy = 'halt';

  constructor(code: WalletRefused['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
