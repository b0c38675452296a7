import type { BnsOperation } from '@virtualchain/machine-bns';

type Fields = Readonly<Record<string, unknown>>;

/** An operation as the original's parser hands it on: its field names, and only what it knew before any check. */
export function originalFields(op: BnsOperation): Fields {
  const { kind, height, txid, vtxindex, sender, address, senderPubkey } = op;
  const sent = { txid, vtxindex, sender, address, opcode: kind.toUpperCase() };
  const keyed = { ...sent, sender_pubkey: senderPubkey };
  switch (op.kind) {
    case 'namespace_preorder':
      return { ...keyed, ...preordered(op), op: '*', token_fee: numberOrNull(op.tokens) };
    case 'name_preorder': {
      const { tokens } = op;
      return {
        ...keyed,
        ...preordered(op),
        op: '?',
        token_fee: numberOrNull(tokens?.amount ?? null),
        token_units: tokens?.unit ?? null,
      };
    }
    case 'namespace_reveal':
      return {
        ...keyed,
        ...recipientOf(op),
        op: '&',
        namespace_id: op.namespaceId,
        preorder_hash: op.preorderHash,
        version: op.version,
        reveal_block: height,
        lifetime: op.lifetime,
        coeff: op.coeff,
        base: op.base,
        buckets: op.buckets,
        nonalpha_discount: op.nonAlphaDiscount,
        no_vowel_discount: op.noVowelDiscount,
      };
    case 'namespace_ready':
      return { ...keyed, op: '!', namespace_id: op.namespaceId, ready_block: height };
    case 'name_import':
    case 'name_registration':
      return {
        ...keyed,
        ...recipientOf(op),
        op: op.kind === 'name_import' ? ';' : ':',
        name: op.name,
        value_hash: op.valueHash,
        first_registered: height,
        last_renewed: height,
        revoked: false,
      };
    case 'name_renewal':
      return {
        ...keyed,
        ...recipientOf(op),
        op: '::',
        name: op.name,
        value_hash: op.valueHash,
        last_renewed: height,
        revoked: false,
        burn_address: op.burnAddress,
        op_fee: Number(op.fee),
        token_fee: Number(op.tokens),
      };
    case 'name_update':
      return { ...keyed, op: '+', name_consensus_hash: op.nameConsensusHash, value_hash: op.valueHash };
    case 'name_transfer':
      return {
        ...keyed,
        ...recipientOf(op),
        op: '>',
        name_hash128: op.nameHash,
        consensus_hash: op.consensusHash,
        keep_data: op.keepsValue,
      };
    case 'name_revoke':
      return { ...sent, op: '~', name: op.name };
    case 'announce':
      return { ...keyed, op: '#', message_hash: op.messageHash, block_number: height };
    case 'token_transfer':
      return {
        ...sent,
        ...recipientOf(op),
        op: '$',
        consensus_hash: op.consensusHash,
        token_units: op.unit,
        token_fee: Number(op.amount),
        scratch_area: op.scratch,
        block_id: height,
      };
  }
}

function preordered(op: Extract<BnsOperation, { kind: 'name_preorder' | 'namespace_preorder' }>): Fields {
  return {
    preorder_hash: op.preorderHash,
    consensus_hash: op.consensusHash,
    burn_address: op.burnAddress,
    op_fee: Number(op.fee),
    block_number: op.height,
  };
}

function recipientOf({
  recipient,
  recipientAddress,
}: {
  readonly recipient: string;
  readonly recipientAddress: string;
}) {
  return { recipient, recipient_address: recipientAddress };
}

function numberOrNull(amount: bigint | null): number | null {
  return amount === null ? null : Number(amount);
}
