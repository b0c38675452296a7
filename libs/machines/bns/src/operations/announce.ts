import { hexToBytes } from '@virtualchain/bitcoin';
import { accepted, type Ignored, rejected, type Verdict } from '@virtualchain/machine';
import type { OperationRules, PayloadCodec } from '../operation.ts';
import { findName } from '../rules/lookups.ts';
import { splitName } from '../rules/names.ts';
import { type DecidingBlock, lookupHeight, nameExists } from '../rules/rules.ts';
import type { BnsTransaction, Sent } from '../transaction.ts';
import { hexAt, isIgnored, wrongLength } from '../wire/payload.ts';
import { fromWords } from '../wire/words.ts';

/** ANNOUNCE `#`: the hash of a message, 20 bytes. Heard from the owners of a few names; changes nothing, hashes nothing. */
export interface AnnouncePayload {
  readonly messageHash: string;
}

export interface Announce extends Sent, AnnouncePayload {
  readonly kind: 'announce';
}

function decode(payload: Uint8Array): AnnouncePayload | Ignored {
  if (payload.length !== 20) return wrongLength(payload, 'an announcement has 20');
  return { messageHash: hexAt(payload, 0, 20) };
}

/** The payload of an announcement: the hash of its message. What follows magic and opcode. */
export const announcePayload = ({ messageHash }: AnnouncePayload): Uint8Array => hexToBytes(messageHash);

function parse(payload: Uint8Array, { sent }: BnsTransaction): Announce | Ignored {
  const read = decode(payload);
  return isIgnored(read) ? read : { kind: 'announce', ...sent, ...read };
}

async function decide(op: Announce, block: DecidingBlock): Promise<Verdict> {
  for (const name of block.rules.announcers) {
    const { row, namespace } = await findName(block, name, splitName(name).namespace);
    if (nameExists(block.rules, row, namespace, lookupHeight(block)) && row.sender === op.sender) return accepted();
  }
  return rejected('NOT_ANNOUNCER', `${op.sender} owns none of ${block.rules.announcers.join(', ')}`);
}

const usage = 'MESSAGE-HASH';

export const announce: OperationRules<Announce> & PayloadCodec = {
  name: 'announce',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [1], ({ hash }) => announcePayload({ messageHash: hash(0, 'a message hash', 20) })),
};
