import { joinBytes } from '../encoding/bytes.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { BATCH_TRANSACTIONS_MIN, hashTransactions } from './hash-transactions.ts';

/** The double sha256 of each message, 32 bytes each, one behind another: to be hashed they are transactions without witnesses. */
export function doubleSha256Each(messages: readonly Uint8Array[]): Uint8Array {
  if (messages.length < BATCH_TRANSACTIONS_MIN) return joinBytes(messages.map(doubleSha256));
  const starts = new Uint32Array(messages.length + 1);
  messages.forEach(({ length }, index) => {
    starts[index + 1] = (starts[index] as number) + length;
  });
  const witnesses = new Uint32Array(messages.length);
  return hashTransactions(joinBytes(messages), { count: messages.length, starts, witnesses });
}

/** The same of messages of one length that stand one behind another already. */
export function doubleSha256OfEqual(messages: Uint8Array, messageBytes: number): Uint8Array {
  const count = messages.length / messageBytes;
  const starts = Uint32Array.from({ length: count + 1 }, (_, index) => index * messageBytes);
  return hashTransactions(messages, { count, starts, witnesses: new Uint32Array(count) });
}
