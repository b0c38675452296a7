import { concatBytes } from '@virtualchain/bitcoin';
import { accepted, type Ignored, ignored, rejected, type Verdict } from '@virtualchain/machine';
import { type OperationRules, type PayloadCodec, touchedBy } from '../../operation.ts';
import { isRevealedNow } from '../../rules/lookups.ts';
import { isNamespace, latin1 } from '../../rules/names.ts';
import type { DecidingBlock } from '../../rules/rules.ts';
import type { BnsTransaction, Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { escaped, isIgnored, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';

/** NAMESPACE_READY `!`: `.` and the namespace, 2–20 bytes. Launches it: effective at once, in the same block. */
export interface NamespaceReadyPayload {
  readonly namespaceId: string;
}

export interface NamespaceReady extends Sent, NamespaceReadyPayload {
  readonly kind: 'namespace_ready';
}

const DOT = 0x2e;

function decode(payload: Uint8Array): NamespaceReadyPayload | Ignored {
  if (payload.length < 2 || payload.length > 20) return wrongLength(payload, 'a launch has 2 to 20');
  if (payload[0] !== DOT) return ignored('DOT_MISSING', 'a launch begins with a dot');
  const namespaceId = latin1(payload.subarray(1));
  if (!isNamespace(namespaceId))
    return ignored('NAMESPACE_INVALID', `${JSON.stringify(escaped(namespaceId))} is not 1 to 19 of 0-9 a-z - _`);
  return { namespaceId };
}

/** The payload of a NAMESPACE_READY: a dot and the namespace. What follows magic and opcode. */
export function namespaceReadyPayload({ namespaceId }: NamespaceReadyPayload): Uint8Array {
  return concatBytes(Uint8Array.of(DOT), new TextEncoder().encode(namespaceId));
}

function parse(payload: Uint8Array, { sent }: BnsTransaction): NamespaceReady | Ignored {
  const read = decode(payload);
  return isIgnored(read) ? read : { kind: 'namespace_ready', ...sent, ...read };
}

async function decide(op: NamespaceReady, block: DecidingBlock): Promise<Verdict> {
  const { namespaceId } = op;
  const namespace = await block.state.namespaces.get({ namespace_id: namespaceId });
  if (!isRevealedNow(block, namespace))
    return rejected('NAMESPACE_NOT_REVEALED', `${namespaceId} is not revealed, or launched already`);
  if (namespace.recipient !== op.sender)
    return rejected('NOT_LAUNCHER', `${namespaceId} is launched by ${namespace.recipient}, not by ${op.sender}`);
  // The script becomes the launcher's; key and address stay those of the sender of the reveal (spec §8, 4).
  const row = { ...touchedBy(namespace, op, '!'), ready_block: op.height, sender: op.sender };
  await block.state.namespaces.put(row);
  return accepted({ opcode: OPCODES.namespaceReady, fields: { ...row } });
}

const usage = 'NAMESPACE';

export const namespaceReady: OperationRules<NamespaceReady> & PayloadCodec = {
  name: 'namespace_ready',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [1], ({ problem }) => {
      const payload = namespaceReadyPayload({ namespaceId: words[0] ?? '' });
      const read = decode(payload);
      if (isIgnored(read)) problem(read.detail);
      return payload;
    }),
};
