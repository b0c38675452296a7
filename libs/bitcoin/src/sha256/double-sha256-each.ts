import { joinBytes } from '../encoding/bytes.ts';
import { doubleSha256 } from '../encoding/hashing.ts';
import { sha256Batch } from './sha256-batch.ts';

const hashBytes = 32;
/** Below that many messages a call costs more than it saves. */
const messagesMin = 8;

/** The double sha256 of each message, 32 bytes each, one behind another. */
export function doubleSha256Each(messages: readonly Uint8Array[]): Uint8Array {
  const hashes = new Uint8Array(messages.length * hashBytes);
  const batch = messages.length < messagesMin ? null : sha256Batch();
  if (batch === null) {
    messages.forEach((message, index) => {
      hashes.set(doubleSha256(message), index * hashBytes);
    });
    return hashes;
  }
  const starts = new Uint32Array(messages.length + 1);
  messages.forEach(({ length }, index) => {
    starts[index + 1] = (starts[index] as number) + length;
  });
  const none = new Uint32Array(0);
  const witnesses = new Uint32Array(messages.length);
  batch.hashTransactions(joinBytes(messages), { count: messages.length, starts, witnesses, payloads: none }, hashes);
  return hashes;
}
