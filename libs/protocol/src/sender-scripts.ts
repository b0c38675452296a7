import { bytesToHex, compactSizeBytes, sha256 } from '@virtualchain/bitcoin';
import type { OperationEvent, Sender } from './events.ts';

/**
 * The scripts of spent outputs are the one part of an operation that its transaction does not pay for: an input of 41
 * bytes may spend a script of 10,000. They are bounded by the transaction's own size, so that an event is bounded by the
 * size of a transaction, and the events of a block by the size of a block.
 *
 * The rule is part of schema 1, and looks at nothing but the transaction and what it spends, so that every writer and
 * every machine decides the same. With `max` as below, and each different script counted once:
 *
 * - Scripts that take at most `max` bytes with all repetitions stand in full.
 * - Where only the different ones do, each stands once; a sender that repeats one names the first by `scriptOf`.
 * - Otherwise all are left out, the event says so in `cut`, and machines ignore the operation.
 *
 * Every pair of standard outputs and inputs stays far below it, and so does any one bare multisig that consensus allows.
 */
const SCRIPT_BYTES_MAX = { base: 1_000, perTransactionByte: 2 } as const;

/** How many bytes the scripts of the senders may take beside a transaction of this size (without witnesses). */
export function senderScriptBytesMax(transactionBytes: number): number {
  return SCRIPT_BYTES_MAX.base + SCRIPT_BYTES_MAX.perTransactionByte * transactionBytes;
}

/** The scripts as hex, or null when the different ones take more than `bytesMax`. Equal ones are told by their sha256. */
export function scriptsWithin(scripts: readonly Uint8Array[], bytesMax: number): readonly string[] | null {
  if (scripts.reduce((sum, { length }) => sum + length, 0) <= bytesMax) return scripts.map(bytesToHex);
  const known = new Map<string, string>();
  const texts: string[] = [];
  let bytes = 0;
  for (const script of scripts) {
    const key = bytesToHex(sha256(script));
    let text = known.get(key);
    if (text === undefined) {
      bytes += script.length;
      if (bytes > bytesMax) return null;
      text = bytesToHex(script);
      known.set(key, text);
    }
    texts.push(text);
  }
  return texts;
}

/** What an operation lacks that machines need, or would lack by the rule above, as a sentence; null when nothing. */
export function whatIsCut(event: Pick<OperationEvent, 'cut' | 'senders' | 'inputs' | 'outputs'>): string | null {
  if (event.cut === undefined && standInFull(event)) return null;
  const max = maxOf(event);
  if (event.cut === undefined && differentBytesOf(event.senders) <= max) return null;
  return `the scripts of its senders take more than ${max} bytes`;
}

/** The operation as its record has it: a script that stands already is named, where all together take too many bytes. */
export function withScriptsOnce(event: OperationEvent): OperationEvent {
  if (event.cut !== undefined || standInFull(event)) return event;
  const first = new Map<string, number>();
  const senders = event.senders.map((sender, index): Sender => {
    const scriptOf = first.get(sender.scriptPubKey);
    if (scriptOf !== undefined && sender.scriptPubKey !== '') return { ...sender, scriptPubKey: '', scriptOf };
    first.set(sender.scriptPubKey, index);
    return sender;
  });
  return { ...event, senders };
}

/** The operation with every script where it belongs, or what is wrong with the names. The inverse of the above. */
export function withScriptsInPlace(event: OperationEvent): OperationEvent | string {
  if (event.senders.every(({ scriptOf }) => scriptOf === undefined)) return event;
  const senders: Sender[] = [];
  for (const [index, { scriptOf, ...sender }] of event.senders.entries()) {
    if (scriptOf === undefined) {
      senders.push(sender);
      continue;
    }
    const first = scriptOf < index ? event.senders[scriptOf] : undefined;
    if (first === undefined || first.scriptOf !== undefined || sender.scriptPubKey !== '') {
      return `sender ${index} names the script of sender ${scriptOf}, which has none to give`;
    }
    senders.push({ ...sender, scriptPubKey: first.scriptPubKey });
  }
  return { ...event, senders };
}

/** Nearly all operations spend less script than any transaction may: those are not measured further. */
function standInFull(event: Pick<OperationEvent, 'senders' | 'inputs' | 'outputs'>): boolean {
  const bytes = bytesOf(event.senders);
  return bytes <= SCRIPT_BYTES_MAX.base || bytes <= maxOf(event);
}

function maxOf({ inputs, outputs }: Pick<OperationEvent, 'inputs' | 'outputs'>): number {
  return senderScriptBytesMax(
    8 + listBytes(inputs, 40) + listBytes(outputs, 8), // version and locktime; outpoint and sequence; amount
  );
}

function listBytes(list: readonly { readonly script: string }[], fixedBytes: number): number {
  return list.reduce((sum, { script }) => {
    const bytes = script.length / 2;
    return sum + fixedBytes + countBytes(bytes) + bytes;
  }, countBytes(list.length));
}

function countBytes(count: number): number {
  return compactSizeBytes(count).length;
}

function bytesOf(senders: readonly Sender[]): number {
  return senders.reduce((sum, { scriptPubKey }) => sum + scriptPubKey.length / 2, 0);
}

function differentBytesOf(senders: readonly Sender[]): number {
  let bytes = 0;
  for (const script of new Set(senders.map(({ scriptPubKey }) => scriptPubKey))) bytes += script.length / 2;
  return bytes;
}
