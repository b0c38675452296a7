import { ExpectedError } from '@virtualchain/kernel';
import { BytesUnreadable } from './byte-reader.ts';

/** Bytes that are not one whole transaction. Whoever sent them may send better ones when asked again. */
export class TransactionMalformed extends ExpectedError {
  override readonly name = 'TransactionMalformed';
  readonly code = 'TRANSACTION_MALFORMED';
  readonly remedy = 'retry';
}

/** Bytes that are not one whole block. Whoever sent them may send better ones when asked again. */
export class BlockMalformed extends ExpectedError {
  override readonly name = 'BlockMalformed';
  readonly code = 'BLOCK_MALFORMED';
  readonly remedy = 'retry';
}

/** Runs `read`; what it could not read becomes an error of the given kind. */
export function readOr<Result>(Malformed: new (message: string) => ExpectedError, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof BytesUnreadable) throw new Malformed(error.message);
    throw error;
  }
}
