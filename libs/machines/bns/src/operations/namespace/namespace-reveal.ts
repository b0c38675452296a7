import { concatBytes, hexToBytes } from '@virtualchain/bitcoin';
import { accepted, type Ignored, ignored, type Rejected, rejected, type Verdict } from '@virtualchain/machine';
import type { NamespaceRow, PreorderRow } from '../../collections.ts';
import type { OperationRules, PayloadCodec } from '../../operation.ts';
import { isRevealAccepted } from '../../rules/accepted.ts';
import { preorderHash } from '../../rules/hashes.ts';
import { isRevealedNow, pendingNamespacePreorder, takePreorders } from '../../rules/lookups.ts';
import { isNamespace, latin1 } from '../../rules/names.ts';
import { isCovered, namespacePrice } from '../../rules/prices.ts';
import { isRejected } from '../../rules/rejected.ts';
import { type BlockState, type DecidingBlock, isReady } from '../../rules/rules.ts';
import { type BnsTransaction, outputsProblem, paidAt, type Sent } from '../../transaction.ts';
import { OPCODES } from '../../wire/opcodes.ts';
import { escaped, hexAt, isIgnored, wrongLength } from '../../wire/payload.ts';
import { fromWords } from '../../wire/words.ts';

/**
 * NAMESPACE_REVEAL `&`: lifetime 4, coefficient 1, base 1, buckets 8 (16 nibbles, high first), discounts 1 (non-alpha,
 * no vowel), version 2, namespace 1–19. Exactly three outputs; output 1 is the address that launches.
 */
export interface NamespaceRevealPayload {
  readonly lifetime: number;
  readonly coeff: number;
  readonly base: number;
  readonly buckets: readonly number[];
  readonly nonAlphaDiscount: number;
  readonly noVowelDiscount: number;
  readonly version: number;
  readonly namespaceId: string;
}

export interface NamespaceReveal extends Sent, NamespaceRevealPayload {
  readonly kind: 'namespace_reveal';
  readonly preorderHash: string;
  readonly recipient: string;
  readonly recipientAddress: string;
}

function decode(payload: Uint8Array): NamespaceRevealPayload | Ignored {
  if (payload.length < 18 || payload.length > 36) return wrongLength(payload, 'a namespace reveal has 18 to 36');
  const nibbles = (start: number, length: number) =>
    [...hexAt(payload, start, length)].map((digit) => Number.parseInt(digit, 16));
  const [nonAlphaDiscount = 0, noVowelDiscount = 0] = nibbles(14, 1);
  const version = Number.parseInt(hexAt(payload, 15, 2), 16);
  const namespaceId = latin1(payload.subarray(17));
  if (!isNamespace(namespaceId))
    return ignored('NAMESPACE_INVALID', `${JSON.stringify(escaped(namespaceId))} is not 1 to 19 of 0-9 a-z - _`);
  if (version < 1 || version > 3) return ignored('VERSION_UNKNOWN', `version ${version} is not 1, 2 or 3`);
  if (nonAlphaDiscount === 0 || noVowelDiscount === 0)
    return ignored('DISCOUNT_ZERO', 'a discount divides: it is 1 to 15');
  return {
    lifetime: Number.parseInt(hexAt(payload, 0, 4), 16),
    coeff: payload[4] as number,
    base: payload[5] as number,
    buckets: nibbles(6, 8),
    nonAlphaDiscount,
    noVowelDiscount,
    version,
    namespaceId,
  };
}

/** The payload of a NAMESPACE_REVEAL: the rules of the namespace, and its name. What follows magic and opcode. */
export function namespaceRevealPayload(reveal: NamespaceRevealPayload): Uint8Array {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');
  const discounts = hex(reveal.nonAlphaDiscount, 1) + hex(reveal.noVowelDiscount, 1);
  const buckets = reveal.buckets.map((bucket) => hex(bucket, 1)).join('');
  const numbers = `${hex(reveal.lifetime, 8)}${hex(reveal.coeff, 2)}${hex(reveal.base, 2)}${buckets}${discounts}`;
  return concatBytes(hexToBytes(numbers + hex(reveal.version, 4)), new TextEncoder().encode(reveal.namespaceId));
}

function parse(payload: Uint8Array, transaction: BnsTransaction): NamespaceReveal | Ignored {
  const read = decode(payload);
  if (isIgnored(read)) return read;
  if (transaction.outputs.length !== 3) return ignored('OUTPUT_COUNT', 'a namespace reveal has exactly 3 outputs');
  const recipient = paidAt(transaction, 1, 'launch address');
  const problem = outputsProblem(transaction, 2) ?? (isIgnored(recipient) ? recipient : null);
  if (problem !== null || isIgnored(recipient)) return problem as Ignored;
  const { script, address } = recipient.party;
  return {
    kind: 'namespace_reveal',
    ...transaction.sent,
    ...read,
    preorderHash: preorderHash(read.namespaceId, transaction.sent.sender, address),
    recipient: script,
    recipientAddress: address,
  };
}

interface Checked {
  readonly preorder: PreorderRow;
  /** The row of a namespace that expired before it was launched. */
  readonly previous: NamespaceRow | null;
}

/** All checks but the collision: the scan of a block makes them against the state before it. */
export async function checkNamespaceReveal(op: NamespaceReveal, block: BlockState): Promise<Checked | Rejected> {
  const { namespaceId, preorderHash: hash, version } = op;
  const previous = await block.state.namespaces.get({ namespace_id: namespaceId });
  if (isRevealedNow(block, previous)) return rejected('NAMESPACE_REVEALED', `${namespaceId} is revealed already`);
  if (isReady(previous)) return rejected('NAMESPACE_READY', `${namespaceId} is launched already`);
  const preorder = await pendingNamespacePreorder(block, hash);
  if (preorder === null) return rejected('NOT_PREORDERED', `no preorder ${hash} is pending`);
  if (preorder.sender !== op.sender) return rejected('NOT_PREORDERER', `${preorder.sender} preordered ${namespaceId}`);
  if (version > block.epoch.namespaceVersionMax)
    return rejected('VERSION_TOO_EARLY', `version ${version} is not known in epoch ${block.epoch.number}`);
  return paymentProblem(namespaceId, preorder, block) ?? { preorder, previous };
}

/**
 * The price is that of this block, in what the preorder paid. Satoshis of an epoch before tokens have no price in an epoch
 * with them, and any fee is enough (operations/namespacereveal.py:232 with scripts.py:318, where it is compared with None).
 */
function paymentProblem(namespaceId: string, preorder: PreorderRow, { epoch }: BlockState): Rejected | null {
  const price = namespacePrice(namespaceId, epoch);
  if (price?.unit === 'STACKS' && preorder.token_units === 'BTC') return null;
  const paid = price?.unit === 'BTC' ? preorder.op_fee : preorder.token_fee;
  if (price !== null && isCovered(price.amount, paid)) return null;
  return rejected('PAYMENT_TOO_SMALL', `paid ${paid} of ${price?.amount} ${price?.unit}`);
}

async function decide(op: NamespaceReveal, block: DecidingBlock): Promise<Verdict> {
  const { namespaceId } = op;
  const checked = await checkNamespaceReveal(op, block);
  if (isRejected(checked)) return checked;
  const { preorder, previous } = checked;
  if (block.scan.collidedNamespaces.has(namespaceId) || isRevealAccepted(block, namespaceId))
    return rejected('NAMESPACE_COLLISION', `${namespaceId} is revealed more than once in this block`);
  if (previous !== null && previous.op_fee !== preorder.op_fee)
    return rejected(
      'NAMESPACE_FEE_CHANGED',
      `the expired ${namespaceId} was preordered with ${previous.op_fee} satoshis`,
    );
  const row: NamespaceRow = {
    namespace_id: namespaceId,
    preorder_hash: op.preorderHash,
    version: op.version,
    sender: op.sender,
    sender_pubkey: op.senderPubkey,
    address: op.address,
    recipient: op.recipient,
    recipient_address: op.recipientAddress,
    block_number: previous?.block_number ?? preorder.block_number,
    reveal_block: op.height,
    ready_block: 0,
    op: '&',
    op_fee: preorder.op_fee,
    token_fee: preorder.token_fee,
    txid: op.txid,
    vtxindex: op.vtxindex,
    lifetime: op.lifetime,
    coeff: op.coeff,
    base: op.base,
    buckets: op.buckets,
    nonalpha_discount: op.nonAlphaDiscount,
    no_vowel_discount: op.noVowelDiscount,
  };
  await block.state.namespaces.put(row);
  await takePreorders(block, op.preorderHash);
  return accepted({ opcode: OPCODES.namespaceReveal, fields: { ...row } });
}

const usage = 'NAMESPACE LIFETIME COEFFICIENT BASE BUCKETS(16 hex digits) NON-ALPHA-DISCOUNT NO-VOWEL-DISCOUNT VERSION';

export const namespaceReveal: OperationRules<NamespaceReveal> & PayloadCodec = {
  name: 'namespace_reveal',
  usage,
  decode,
  parse,
  decide,
  encode: (words) =>
    fromWords(words, usage, [8], ({ hash, whole, problem }) => {
      const payload = namespaceRevealPayload({
        namespaceId: words[0] ?? '',
        lifetime: whole(1, 'a lifetime in blocks', 0xffff_ffff),
        coeff: whole(2, 'a coefficient', 255),
        base: whole(3, 'a base', 255),
        buckets: [...hash(4, 'buckets', 8)].map((digit) => Number.parseInt(digit, 16)),
        nonAlphaDiscount: whole(5, 'a discount', 15),
        noVowelDiscount: whole(6, 'a discount', 15),
        version: whole(7, 'a version', 3),
      });
      const read = decode(payload);
      if (isIgnored(read)) problem(read.detail);
      return payload;
    }),
};
