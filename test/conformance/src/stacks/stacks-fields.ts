import { bytesToHex, hexToBytes, p2pkhScript, p2shScript, type Sats, serializeTokens } from '@virtualchain/bitcoin';
import { type Rejected, rejected } from '@virtualchain/machine';
import {
  type BlockCommit,
  type Operation,
  type OperationKind,
  type Recipient,
  type StacksAddress,
  type StxOperation,
  writeCommit,
  writeDelegate,
  writeKey,
  writeStack,
  writeTransfer,
  writeVote,
} from '@virtualchain/machine-stacks';
import type { AddressFields, Fields, MadeUpTransaction } from './stacks-schema.ts';

/** An output script by the name and the hash that the vectors have. */
export function scriptOf({ type, hash }: { readonly type: string; readonly hash: string }): Uint8Array {
  const bytes = hexToBytes(hash);
  if (type === 'p2pkh') return p2pkhScript(bytes);
  if (type === 'p2sh') return p2shScript(bytes);
  return serializeTokens([type === 'p2tr' ? 1 : null, bytes]);
}

export const outputsOf = (outputs: MadeUpTransaction['outputs']) =>
  outputs.map((output) => ({ value: BigInt(output.value) as Sats, script: scriptOf(output) }));

const addressFields = ({ version, hash }: StacksAddress): AddressFields => ({ version, hash: bytesToHex(hash) });
const typed = ({ kind, hash }: Recipient) => ({ type: kind, hash: bytesToHex(hash) });

/** A PoX address: those of p2pkh and p2sh have a Stacks address and a hash mode as well. */
function rewardFields(recipient: Recipient, isMainnet: boolean): Fields {
  if (recipient.kind === 'p2pkh') return { ...typed(recipient), version: isMainnet ? 22 : 26, hash_mode: 0 };
  return recipient.kind === 'p2sh'
    ? { ...typed(recipient), version: isMainnet ? 20 : 21, hash_mode: 1 }
    : typed(recipient);
}

/** An operation in the words of the original. */
export function fieldsOf(operation: Operation, sender: AddressFields | null, isMainnet: boolean): Fields {
  switch (operation.kind) {
    case 'leader_key_register':
      return {
        consensus_hash: bytesToHex(operation.consensusHash),
        vrf_public_key: bytesToHex(operation.vrfPublicKey),
        memo: bytesToHex(operation.memo),
      };
    case 'leader_block_commit':
      return commitFields(operation);
    case 'pre_stx':
      return { output: addressFields(operation.sender) };
    case 'stack_stx':
      return {
        sender,
        reward_addr: rewardFields(operation.rewardTo, isMainnet),
        stacked_ustx: String(operation.amount),
        num_cycles: operation.cycles,
        signer_key: operation.signerKey === null ? null : bytesToHex(operation.signerKey),
        max_amount: operation.maxAmount === null ? null : String(operation.maxAmount),
        auth_id: operation.authId,
      };
    case 'transfer_stx':
      return {
        sender,
        recipient: addressFields(operation.recipient),
        transfered_ustx: String(operation.amount),
        memo: bytesToHex(operation.memo),
      };
    case 'delegate_stx':
      return {
        sender,
        delegate_to: addressFields(operation.delegateTo),
        reward_addr:
          operation.rewardTo === null
            ? null
            : { index: operation.rewardIndex, ...rewardFields(operation.rewardTo, isMainnet) },
        delegated_ustx: String(operation.amount),
        until_burn_height: operation.untilHeight === null ? null : String(operation.untilHeight),
      };
    case 'vote_for_aggregate_key':
      return {
        sender,
        signer_index: operation.signerIndex,
        aggregate_key: bytesToHex(operation.aggregateKey),
        round: operation.round,
        reward_cycle: String(operation.rewardCycle),
        signer_key: bytesToHex(operation.signerKey),
      };
  }
}

export function commitFields(commit: BlockCommit): Fields {
  return {
    block_header_hash: bytesToHex(commit.blockHash),
    new_seed: bytesToHex(commit.newSeed),
    parent_block_ptr: commit.parentBlock,
    parent_vtxindex: commit.parentVtxindex,
    key_block_ptr: commit.keyBlock,
    key_vtxindex: commit.keyVtxindex,
    burn_parent_modulus: commit.burnParentModulus,
    memo: commit.memo,
    commit_outs: commit.outputs.map(typed),
    burn_fee: String(commit.burn),
    sunset_burn: String(commit.sunsetBurn),
    input: { txid: commit.spent.txid, vout: commit.spent.index },
  };
}

/** What an operation would be written as, behind the opcode. */
export function payloadOf(operation: Operation): Uint8Array {
  switch (operation.kind) {
    case 'leader_key_register':
      return writeKey(operation);
    case 'leader_block_commit':
      return writeCommit(operation);
    case 'pre_stx':
      return new Uint8Array(0);
    case 'stack_stx':
      return writeStack(operation);
    case 'transfer_stx':
      return writeTransfer(operation);
    case 'delegate_stx':
      return writeDelegate(operation);
    case 'vote_for_aggregate_key':
      return writeVote(operation);
  }
}

const nobody = { kind: 'p2pkh', hash: new Uint8Array(20), value: 0n, script: new Uint8Array(0) } as const;

/** An operation of fields alone, of those that are checked or written; what is missing is nothing. */
export function operationOfFields(op: string, fields: Fields): StxOperation {
  const text = (name: string): string => String(fields[name] ?? '0');
  const bytes = (name: string): Uint8Array => hexToBytes(String(fields[name] ?? ''));
  const optional = <Value>(name: string, read: () => Value): Value | null => (fields[name] == null ? null : read());
  const address = (name: string): StacksAddress => {
    const { version = 0, hash = '' } = (fields[name] ?? {}) as Partial<AddressFields>;
    return { version, hash: hexToBytes(hash) };
  };
  switch (op as OperationKind) {
    case 'stack_stx':
      return {
        kind: 'stack_stx',
        amount: BigInt(text('stacked_ustx')),
        cycles: Number(text('num_cycles')),
        signerKey: optional('signer_key', () => bytes('signer_key')),
        maxAmount: optional('max_amount', () => BigInt(text('max_amount'))),
        authId: optional('auth_id', () => Number(text('auth_id'))),
        rewardTo: nobody,
      };
    case 'transfer_stx':
      return {
        kind: 'transfer_stx',
        amount: BigInt(text('transfered_ustx')),
        memo: bytes('memo'),
        recipient: address('recipient'),
      };
    case 'delegate_stx': {
      const reward = fields['reward_addr'] as { readonly index?: number } | null | undefined;
      return {
        kind: 'delegate_stx',
        amount: BigInt(text('delegated_ustx')),
        rewardIndex: reward?.index ?? null,
        untilHeight: optional('until_burn_height', () => BigInt(text('until_burn_height'))),
        delegateTo: address('delegate_to'),
        rewardTo: reward == null ? null : nobody,
      };
    }
    case 'vote_for_aggregate_key':
      return {
        kind: 'vote_for_aggregate_key',
        signerIndex: Number(text('signer_index')),
        aggregateKey: bytes('aggregate_key'),
        round: Number(text('round')),
        rewardCycle: BigInt(text('reward_cycle')),
        signerKey: bytes('signer_key'),
      };
    default:
      throw new TypeError(`no operation of fields alone: ${op}`);
  }
}

/** Who asks, where the fields say so. */
export function senderOfFields(fields: Fields): StacksAddress | null {
  const sender = fields['sender'] as AddressFields | undefined;
  return sender === undefined ? null : { version: sender.version, hash: hexToBytes(sender.hash) };
}

/** What the original calls a refusal while parsing. */
const PARSE_ERRORS: Readonly<Record<string, string>> = {
  payloadTooShort: 'ParseError',
  payloadTooLong: 'ParseError',
  badVrfKey: 'ParseError',
  badOptionFlag: 'ParseError',
  badPointer: 'ParseError',
  unequalCommitOutputs: 'ParseError',
  zeroBurn: 'ParseError',
  noInput: 'InvalidInput',
  noRecipient: 'InvalidInput',
  recipientNotLegacy: 'InvalidInput',
  tooFewCommitOutputs: 'InvalidInput',
  badPublicKey: 'InvalidInput',
  afterSunset: 'InvalidInput',
  notSecondOutput: 'InvalidInput',
  notBurnOutput: 'BlockCommitBadOutputs',
  noPreStx: 'NoPreStx',
};

/** What it calls one of a commit's checks. */
const CHECK_ERRORS: Readonly<Record<string, string>> = {
  zeroBurn: 'BlockCommitBadInput',
  sunsetBurnTooSmall: 'BlockCommitBadOutputs',
  predatesFirstBlock: 'BlockCommitPredatesGenesis',
  noLeaderKey: 'BlockCommitNoLeaderKey',
  noParentCommit: 'BlockCommitNoParent',
  epochMarkerTooSmall: 'BlockCommitBadEpoch',
  keyAlreadyRegistered: 'LeaderKeyAlreadyRegistered',
};

const FIELD_ERRORS: Readonly<Record<string, string>> = {
  'stack_stx zeroAmount': 'StackStxMustBePositive',
  'stack_stx badPublicKey': 'StackStxInvalidKey',
  'transfer_stx zeroAmount': 'TransferStxMustBePositive',
  'transfer_stx selfTransfer': 'TransferStxSelfSend',
  'delegate_stx zeroAmount': 'DelegateStxMustBePositive',
  'vote_for_aggregate_key badPublicKey': 'VoteForAggregateKeyInvalidKey',
};

export const parseErrorOf = ({ code }: Rejected): string => PARSE_ERRORS[code] ?? code;
export const checkErrorOf = ({ code }: Rejected): string => CHECK_ERRORS[code] ?? code;
export const fieldErrorOf = (op: string, { code }: Rejected): string => FIELD_ERRORS[`${op} ${code}`] ?? code;
/** A transaction of another opcode is not even looked at. */
export const OTHER_OPCODE = rejected('noInput', 'another opcode');
